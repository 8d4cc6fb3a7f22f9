"""What the filter's lists can offer, without reading the ratings themselves."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select, true
from sqlalchemy.orm import Session

from db.models import Feedback, Model, TagTotal, User, VerdictTotal

MAX_OFFERED = 200


class ChoiceRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def models(self) -> list[tuple[str, str]]:
        """Name and revision of what was rated, by name, the newest revision first."""
        rows = self._session.execute(
            select(Model.name, Model.revision)
            .join(_any_rating(Feedback.model_id == Model.id), true())
            .order_by(Model.name, Model.created_at.desc())
        )
        return [(row[0], row[1]) for row in rows]

    def raters(self) -> Sequence[str]:
        return self._session.scalars(
            select(User.username)
            .join(_any_rating(Feedback.user_id == User.id), true())
            .order_by(func.lower(User.username))
        ).all()

    def people(self, role: str) -> Sequence[str]:
        """Whoever has the role and may sign in."""
        return self._session.scalars(
            select(User.username)
            .where(User.role == role, User.active)
            .order_by(func.lower(User.username))
        ).all()

    def tags(self) -> Sequence[str]:
        """The tags in use, most used first."""
        return self._most(TagTotal.tag, TagTotal.n, TagTotal.tag == TagTotal.other)

    def phrases(self) -> Sequence[str]:
        """The labels of judged boxes, most judged first."""
        return self._most(VerdictTotal.phrase, VerdictTotal.n, VerdictTotal.phrase != "")

    def _most(
        self,
        name: SQLColumnExpression[str],
        n: SQLColumnExpression[int],
        where: ColumnElement[bool],
    ) -> Sequence[str]:
        return self._session.scalars(
            select(name)
            .where(where)
            .group_by(name)
            .having(func.sum(n) > 0)
            .order_by(func.sum(n).desc(), name)
            .limit(MAX_OFFERED)
        ).all()


def _any_rating(of: ColumnElement[bool]) -> Any:
    """One probe of an index for each, as a join would read every rating."""
    return select(literal(1).label("one")).select_from(Feedback).where(of).limit(1).lateral()
