"""The library of prompts: who sees which, their versions, and how these did."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Float, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from db.models import Feedback, Prompt, PromptVersion, Run, User

__all__ = ["Figures", "FoundPrompt", "Prompt", "PromptRepository", "PromptVersion"]


class FoundPrompt(NamedTuple):
    prompt: Prompt
    owner: str | None


class Figures(NamedTuple):
    uses: int
    rating: float | None
    ratings: int


class PromptRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, owner_id: UUID | None) -> None:
        """Let whoever names prompts of this owner pass one after the other, until commit."""
        name = func.hashtextextended(f"prompts {owner_id}", 0)
        self._session.execute(select(func.pg_advisory_xact_lock(name)))

    def named(self, owner_id: UUID | None, name: str) -> Prompt | None:
        """The owner's prompt of that name, in any case, if it is not archived."""
        return self._session.scalar(
            select(Prompt).where(
                Prompt.owner_id.is_not_distinct_from(owner_id),
                func.lower(Prompt.name) == func.lower(name),
                Prompt.archived_at.is_(None),
            )
        )

    def usable(self, user_id: UUID) -> list[FoundPrompt]:
        """The user's own, the shared and the shipped ones; not the archived."""
        mine = or_(Prompt.owner_id == user_id, Prompt.owner_id.is_(None), Prompt.shared)
        return self._found(mine, Prompt.archived_at.is_(None))

    def archived(self, user_id: UUID, *, others: bool) -> list[FoundPrompt]:
        """The user's own; with `others`, what was shared too."""
        mine = or_(Prompt.owner_id == user_id, and_(Prompt.shared, literal(others)))
        return self._found(mine, Prompt.archived_at.is_not(None))

    def get(self, prompt_id: UUID) -> FoundPrompt | None:
        return next(iter(self._found(Prompt.id == prompt_id)), None)

    def hold(self, prompt_id: UUID) -> None:
        """Hold the prompt's row until the transaction ends."""
        self._session.execute(select(Prompt.id).where(Prompt.id == prompt_id).with_for_update())

    def of_version(self, version_id: UUID) -> tuple[FoundPrompt, PromptVersion] | None:
        """The version, and the prompt it is one of."""
        version = self._session.get(PromptVersion, version_id)
        if version is None:
            return None
        (found,) = self._found(Prompt.id == version.prompt_id)
        return found, version

    def versions(self, prompt_ids: Sequence[UUID]) -> list[tuple[PromptVersion, str | None]]:
        """Every version of these prompts, newest first, with who wrote it."""
        rows = self._session.execute(
            select(PromptVersion, User.username)
            .outerjoin(User, User.id == PromptVersion.author_id)
            .where(PromptVersion.prompt_id.in_(prompt_ids))
            .order_by(PromptVersion.number.desc())
        )
        return [(row[0], row[1]) for row in rows]

    def figures(self, prompt_ids: Sequence[UUID]) -> dict[UUID, Figures]:
        """How many runs were made from each version, by its id, and how these were rated.

        It takes about 1 ms for each thousand runs.
        """
        runs = (
            select(func.count())
            .where(Run.prompt_version_id == PromptVersion.id)
            .correlate(PromptVersion)
            .scalar_subquery()
        )
        rated = (
            select(
                func.avg(Feedback.rating, type_=Float()).label("mean"),
                func.count().label("count"),
            )
            .select_from(Feedback)
            .join(Run, Run.id == Feedback.run_id)
            .where(Run.prompt_version_id == PromptVersion.id)
            .lateral("rated")
        )
        rows = self._session.execute(
            select(PromptVersion.id, runs, rated.c.mean, rated.c.count)
            .join(rated, true())
            .where(PromptVersion.prompt_id.in_(prompt_ids))
        )
        return {row[0]: Figures(*row[1:]) for row in rows}

    def newest(self, prompt_id: UUID) -> PromptVersion:
        return self._session.scalars(
            select(PromptVersion)
            .where(PromptVersion.prompt_id == prompt_id)
            .order_by(PromptVersion.number.desc())
            .limit(1)
        ).one()

    def add(self, **columns: Any) -> None:
        self._session.add(Prompt(**columns))
        self._session.flush()

    def add_version(self, **columns: Any) -> None:
        self._session.add(PromptVersion(**columns))
        self._session.flush()

    def _found(self, *conditions: ColumnElement[bool]) -> list[FoundPrompt]:
        rows = self._session.execute(
            select(Prompt, User.username)
            .outerjoin(User, User.id == Prompt.owner_id)
            .where(*conditions)
            .order_by(func.lower(Prompt.name), Prompt.id)
        )
        return [FoundPrompt(*row) for row in rows]
