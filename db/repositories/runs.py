"""Runs, the models they asked and the pictures they looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    exists,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, load_only

from db.models import Feedback, Image, Model, RatingRequest, Run
from db.repositories.limit_use import LimitUseRepository
from db.repositories.progress import ProgressRepository
from db.repositories.usage import UsageRepository

__all__ = ["Image", "ImageRepository", "Listed", "Model", "ModelRepository", "Run", "RunRepository"]

Listed = tuple[Run, Model, int | None, float | None, str | None]
"""A run without its output, its model, the user's own rating of it, its box threshold where its
boxes are counted, and what was answered to the rating."""

LAST_RUNS = 5_000
"""So many of a person's last runs are looked through before the index is asked."""


class RunRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add_run(
        self,
        *,
        id: UUID,
        user_id: UUID,
        session_id: UUID | None,
        key_id: UUID | None,
        face: str,
        trace_id: str,
        task: str,
        model_id: UUID,
        prompt: str,
        params: dict[str, Any],
        status: str,
        created_at: datetime,
        parent_id: UUID | None = None,
        relation: str | None = None,
        prompt_version_id: UUID | None = None,
        writer: int | None = None,
    ) -> None:
        """Add a run that has yet to end, and send it to the database."""
        run = Run(
            id=id,
            user_id=user_id,
            session_id=session_id,
            key_id=key_id,
            face=face,
            trace_id=trace_id,
            task=task,
            model_id=model_id,
            prompt=prompt,
            params=params,
            status=status,
            created_at=created_at,
            parent_id=parent_id,
            relation=relation,
            prompt_version_id=prompt_version_id,
            writer=writer,
        )
        self._session.add(run)
        self._session.flush()

    def finish_run(
        self,
        run_id: UUID,
        *,
        status: str,
        output: dict[str, Any] | None,
        error_code: str | None,
        timings_ms: dict[str, float],
        latency_ms: int | None,
        finished_at: datetime,
        prompt_tokens: int = 0,
        completion_tokens: int = 0,
        claims: int | None = None,
        claims_supported: int | None = None,
    ) -> bool:
        """Close a running run, count its tokens, drop the parts kept of it, and end its stream.

        False where it was closed already, which then stays as it is.
        """
        closed = self._session.scalars(
            update(Run)
            .where(Run.id == run_id, Run.status == "running")
            .values(
                status=status,
                output=output,
                error_code=error_code,
                timings_ms=timings_ms,
                latency_ms=latency_ms,
                finished_at=finished_at,
                prompt_tokens=prompt_tokens,
                completion_tokens=completion_tokens,
                claims=claims,
                claims_supported=claims_supported,
            )
            .returning(Run.id)
        ).one_or_none()
        if closed is not None:
            UsageRepository(self._session).count(run_id)
            ProgressRepository(self._session).drop(run_id)
            LimitUseRepository(self._session).settle(run_id, completion_tokens)
        return closed is not None

    def get_run(self, run_id: UUID) -> tuple[Run, Model] | None:
        row = self._session.execute(
            select(Run, Model).join(Model, Model.id == Run.model_id).where(Run.id == run_id)
        ).one_or_none()
        return None if row is None else (row[0], row[1])

    def is_asked_to_rate(self, run_id: UUID, user_id: UUID) -> bool:
        asked = exists().where(RatingRequest.run_id == run_id, RatingRequest.user_id == user_id)
        return bool(self._session.scalar(select(asked)))

    def described_by(self, run_id: UUID, prompt: str) -> dict[str, Any] | None:
        """The boxes that a run of exactly this prompt reports on, as its `params` keep them."""
        return self._session.scalar(
            select(Run.params["described"]).where(Run.id == run_id, Run.prompt == prompt)
        )

    def recent(self, user_id: UUID, task: str | None, limit: int) -> Sequence[Listed]:
        """The user's runs, newest first, but for those of jobs."""
        query = _listed(user_id).where(Run.face != "job").limit(limit)
        if task is not None:
            query = query.where(Run.task == task)
        return [(row[0], row[1], row[2], row[3], row[4]) for row in self._session.execute(query)]

    def history(
        self,
        user_id: UUID,
        limit: int,
        *,
        after: tuple[datetime, UUID] | None = None,
        text: str = "",
        task: str | None = None,
        model: str | None = None,
        status: str | None = None,
        rated: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        image_sha256: bytes | None = None,
    ) -> Sequence[Listed]:
        """The user's runs, newest first, beginning behind the run at `after`.

        `text` is looked for in the prompt, in any case, from where a word begins; `until` itself
        is not included.
        """
        query = select(Run.id, Run.created_at, Run.prompt).where(Run.user_id == user_id)
        for column, value in ((Run.task, task), (Run.status, status)):
            if value is not None:
                query = query.where(column == value)
        if model is not None:
            models = self._session.scalars(select(Model.id).where(Model.name == model)).all()
            query = query.where(Run.model_id.in_(models))
        if after is not None:
            query = query.where(tuple_(Run.created_at, Run.id) < after)
        if rated is not None:
            # Asked of each run, so that these are read newest first and no further than a page.
            own = (Feedback.run_id == Run.id, Feedback.user_id == user_id)
            found = select(Feedback.rating).where(*own).correlate(Run).scalar_subquery()
            query = query.where(found.is_not(None) if rated else found.is_(None))
        if since is not None:
            query = query.where(Run.created_at >= since)
        if until is not None:
            query = query.where(Run.created_at < until)
        if image_sha256 is not None:
            query = query.where(Run.image_sha256 == image_sha256)
        ids = self._with_text(query, text, limit) if text else self._newest(query, limit)
        rows = self._session.execute(_listed(user_id).where(Run.id.in_(ids))) if ids else ()
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]

    def _newest(self, query: Select[*tuple[Any, ...]], limit: int) -> Sequence[UUID]:
        query = query.order_by(Run.created_at.desc(), Run.id.desc()).limit(limit)
        return self._session.scalars(query).all()

    def _with_text(self, query: Select[*tuple[Any, ...]], text: str, limit: int) -> Sequence[UUID]:
        """Common words are found among the last runs; the index tells where rare ones are."""
        last = query.order_by(Run.created_at.desc(), Run.id.desc()).limit(LAST_RUNS).subquery()
        has_words = any(map(str.isalnum, text))
        holds = last.c.prompt.icontains(text, autoescape=True)
        if has_words:  # making words of a prompt takes long
            holds = case((holds, _says(last.c.prompt, text)), else_=False)
        found = select(last.c.id).where(holds)
        found = found.order_by(last.c.created_at.desc(), last.c.id.desc()).limit(limit)
        ids = self._session.scalars(found).all()
        if len(ids) == limit:
            return ids
        query = query.where(Run.prompt.icontains(text, autoescape=True))
        if not has_words:
            return self._newest(query, limit)
        matching = query.where(_says(Run.prompt, text)).cte("found").prefix_with("materialized")
        found = select(matching.c.id).order_by(matching.c.created_at.desc(), matching.c.id.desc())
        return self._session.scalars(found.limit(limit)).all()

    def writers(self, task: str) -> Sequence[int | None]:
        """The keys of those who write runs of `task`, or left them; None for an unknown one."""
        running = select(Run.writer).where(Run.task == task, Run.status == "running")
        return self._session.scalars(running.distinct()).all()

    def left_by(self, task: str, writer: int | None) -> Sequence[UUID]:
        """Runs of `task` that a dead writer left running; none where it lives.

        Nobody else is told of them before the transaction ends.
        """
        if writer is not None and not self._session.scalar(
            select(func.pg_try_advisory_xact_lock(writer))
        ):
            return ()
        left = select(Run.id).where(
            Run.task == task, Run.status == "running", Run.writer.is_not_distinct_from(writer)
        )
        return self._session.scalars(left.with_for_update()).all()


def _says(prompt: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    """By the index on the words of prompts."""
    return func.feedback_search(func.left(prompt, 100_000)).op("@@")(func.words_begun(text))


def _listed(user_id: UUID) -> Select[Run, Model, int, float | None, str]:
    threshold = Run.params["box_threshold"].as_float()
    return (
        select(
            Run,
            Model,
            Feedback.rating,
            case((Run.boxes.is_not(None), threshold)),
            Feedback.answer,
        )
        .options(
            load_only(
                Run.task,
                Run.prompt,
                Run.status,
                Run.cached,
                Run.image_sha256,
                Run.boxes,
                Run.created_at,
                Run.relation,
                Run.erased_at,
                raiseload=True,
            )
        )
        .join(Model, Model.id == Run.model_id)
        .outerjoin(Feedback, (Feedback.run_id == Run.id) & (Feedback.user_id == user_id))
        .where(Run.user_id == user_id)
        .order_by(Run.created_at.desc(), Run.id.desc())
    )


class ModelRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def model_id_for(self, new_id: UUID, task: str, name: str, revision: str, source: str) -> UUID:
        """The row of a model at a revision; made with `new_id` where there is none yet."""
        known = select(Model.id).where(
            Model.task == task, Model.name == name, Model.revision == revision
        )
        found = self._session.scalar(known)
        if found is not None:
            return found
        self._session.execute(
            insert(Model)
            .values(id=new_id, task=task, name=name, revision=revision, source=source)
            .on_conflict_do_nothing(index_elements=["task", "name", "revision"])
        )
        return self._session.scalars(known).one()


class ImageRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def has_image(self, sha256: bytes) -> bool:
        """Whether its file is kept too."""
        kept = select(Image.sha256).where(Image.sha256 == sha256, Image.content != b"")
        return self._session.scalar(kept) is not None

    def get_image(self, sha256: bytes) -> Image | None:
        """The row without its content."""
        return self._session.get(Image, sha256)

    def get_image_content(self, sha256: bytes) -> bytes | None:
        """None too where the file was removed, being past its time."""
        kept = select(Image.content).where(Image.sha256 == sha256, Image.content != b"")
        return self._session.scalar(kept)
