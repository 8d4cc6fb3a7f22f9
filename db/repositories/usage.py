"""Tokens read and written for each person, by day and model."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Date, Row, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from db.models import Model, Run, UsageDay, User


class UsageRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, run_id: UUID) -> None:
        """Add a closed run to the day (UTC) it began on."""
        run = select(
            Run.user_id,
            cast(func.timezone("UTC", Run.created_at), Date),
            Run.model_id,
            literal(1),
            func.coalesce(Run.prompt_tokens, 0),
            func.coalesce(Run.completion_tokens, 0),
        ).where(Run.id == run_id)
        counts = ("runs", "prompt_tokens", "completion_tokens")
        added = insert(UsageDay).from_select(["user_id", "day", "model_id", *counts], run)
        self._session.execute(
            added.on_conflict_do_update(
                index_elements=["user_id", "day", "model_id"],
                set_={name: getattr(UsageDay, name) + added.excluded[name] for name in counts},
            )
        )

    def by_user_and_model(
        self, since: date, until: date, *, user_id: UUID | None = None, username: str | None = None
    ) -> Sequence[Row[str, str, int, int, int]]:
        """Name, model, runs, tokens read and written, both days included; by name, then model."""
        query = (
            select(
                User.username,
                Model.name,
                cast(func.sum(UsageDay.runs), BigInteger),
                cast(func.sum(UsageDay.prompt_tokens), BigInteger),
                cast(func.sum(UsageDay.completion_tokens), BigInteger),
            )
            .join(User, User.id == UsageDay.user_id)
            .join(Model, Model.id == UsageDay.model_id)
            .where(UsageDay.day.between(since, until))
            .group_by(User.username, Model.name)
            .order_by(func.lower(User.username), Model.name)
        )
        if user_id is not None:
            query = query.where(UsageDay.user_id == user_id)
        if username is not None:
            query = query.where(func.lower(User.username) == func.lower(username))
        return self._session.execute(query).all()
