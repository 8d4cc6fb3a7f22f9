"""Pages of the dashboard's table against counting all ratings: ``python -m bench.review_pages``.

Time in the database, of the statements that the service runs. First each filter's first page
against `select count(*) from feedback`, then the ten-thousandth page against the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.figures import tell
from bench.rated import ALL, Rated, in_database, options, rated
from core.feedback.types import ReviewStatus
from core.permissions import Role
from core.review.criteria import criteria_of
from core.review.types import NOBODY, FeedbackFilter, JudgedAs, Sort
from core.runs.types import Task
from db.models import Feedback, Model, Run, User
from db.repositories.review import ReviewRepository
from db.repositories.review_order import ORDERS, Place, place_of

SIZE = 26
DEEP = 10_000
"""Which page is far from the first."""
DEEP_PAIRS = 21
"""Both sides take less than a millisecond, in which anything else on the machine shows."""


@dataclass(frozen=True)
class Known:
    """Values that the data holds: often, and hardly ever."""

    first: Any
    last: Any
    users: list[str]
    models: list[tuple[str, str]]
    tags: list[str]
    phrases: list[str]
    slow: int


def main() -> None:
    given = options(__doc__).parse_args()
    with rated(given) as place:
        _first_pages(place, given.pairs)
        _deep_pages(place, max(given.pairs, DEEP_PAIRS))


def _first_pages(place: Rated, pairs: int) -> None:
    goal = place.goal(0.2, 0.04)
    missed = []
    filters = single_filters(_known(place))
    for limits in filters:
        taken = in_database(place.database, page(FeedbackFilter(**limits)), ALL, pairs)
        said = ", ".join(f"{name} {value}" for name, value in limits.items())
        print(f"  {taken.ratio:.3f} x  {taken}  {said}", flush=True)
        if taken.ratio > goal:
            missed.append(f"{said}: {taken.ratio:.2f} x")
    tell(
        f"first page of each of {len(filters)} single filters, {place.ratings:,} ratings",
        f"{len(filters) - len(missed)} within the goal" + "".join(f"; {each}" for each in missed),
        f"<= {goal} x counting all",
        not missed,
    )


def _deep_pages(place: Rated, pairs: int) -> None:
    for sort in Sort:
        deep = _deep(place, sort)
        if deep is None:
            print(f"# too few ratings for page {DEEP:,}")
            return
        for forward in (True, False):
            taken = in_database(
                place.database,
                page(FeedbackFilter(), sort, deep, forward=forward),
                page(FeedbackFilter(), sort),
                pairs,
            )
            tell(
                f"page {DEEP:,}, {sort} first, {'on' if forward else 'back'}, "
                f"{place.ratings:,} ratings",
                f"{taken.ratio:.2f} x the first page ({taken}, {pairs} pairs)",
                "<= 2 x",
                taken.ratio <= 2,
            )


def page(
    filter: FeedbackFilter,
    sort: Sort = Sort.NEWEST,
    after: Place | None = None,
    *,
    forward: bool = True,
) -> Callable[[Session], object]:
    criteria = criteria_of(filter)
    return lambda session: ReviewRepository(session).page(
        criteria, SIZE, order=sort, after=after, forward=forward
    )


def _deep(place: Rated, sort: Sort) -> Place | None:
    """The place after so many pages; the last page of all where there are fewer."""
    skip = min(DEEP * (SIZE - 1), max(0, place.ratings - 10 * SIZE))
    if skip < 100 * SIZE:
        return None
    with place.database.unit_of_work() as session:
        for part in ORDERS[sort]:
            where = [*part.where]
            if part.rating is not None:
                where.append(Feedback.rating == part.rating)
            here = session.scalars(select(func.count()).select_from(Feedback).where(*where)).one()
            if skip < here:
                query = part.ordered(select(Feedback).where(*where), forward=True)
                row = session.scalars(query.offset(skip).limit(1)).one()
                return place_of(sort, row)
            skip -= here
    return None


def _known(place: Rated) -> Known:
    with place.database.unit_of_work() as session:
        first, last = session.execute(
            select(func.min(Feedback.created_at), func.max(Feedback.created_at))
        ).one()
        users = session.scalars(
            select(User.username)
            .join(Feedback, Feedback.user_id == User.id)
            .group_by(User.username)
            .order_by(func.count().desc())
        ).all()
        models = session.execute(
            select(Model.name, Model.revision).order_by(Model.name, Model.created_at)
        ).all()
        tag = func.unnest(Feedback.tags).label("tag")
        tags = _by_use(session, tag)
        phrases = _by_use(session, func.unnest(Feedback.phrases).label("phrase"))
        slow = session.scalars(
            select(func.percentile_disc(0.999).within_group(Run.latency_ms))
        ).one()
    return Known(
        first.date(), last.date(), list(users), [(m[0], m[1]) for m in models], tags, phrases, slow
    )


def _by_use(session: Session, value: Any) -> list[str]:
    used = select(value).subquery()
    column = next(iter(used.c))
    return list(session.scalars(select(column).group_by(column).order_by(func.count().desc())))


def _spread(values: list[str]) -> set[str]:
    return {values[0], values[len(values) // 2], values[-1]}


def single_filters(known: Known) -> list[dict[str, Any]]:
    """Each of the filter's limits alone: common values, rare ones, and some that nothing has."""
    name, revision = known.models[0]
    last_name, last_revision = known.models[-1]
    day = known.first + timedelta(days=9)
    return [
        {},
        {"since": known.last},
        {"until": day},
        {"since": day, "until": day},
        *({"task": task} for task in Task),
        {"model": name},
        {"model": last_name},
        {"model": f"{name}@{revision}"},
        {"model": f"{last_name}@{last_revision}"},
        {"model": "nothing"},
        *({"user": user} for user in _spread(known.users)),
        {"user": "somebody"},
        *({"role": role} for role in Role),
        *({"rating_min": rating, "rating_max": rating} for rating in range(1, 6)),
        {"rating_max": 2},
        {"rating_min": 4},
        *({"tag": (tag,)} for tag in _spread(known.tags)),
        {"tag": ("no such tag",)},
        *({"status": status} for status in ReviewStatus),
        {"assignee": NOBODY},
        {"assignee": known.users[-1]},
        *(
            {field: there}
            for field in ("comment", "correction", "verdicts", "stopped", "demo")
            for there in (True, False)
        ),
        *({"phrase": phrase} for phrase in _spread(known.phrases)),
        {"phrase": "no such phrase"},
        {"score_min": 0.9},
        {"score_max": 0.3},
        *({"verdict": verdict} for verdict in JudgedAs),
        {"verdict": JudgedAs.INCORRECT, "phrase": known.phrases[0]},
        {"verdict": JudgedAs.INCORRECT, "score_min": 0.8, "score_max": 0.85},
        {"latency_min": known.slow},
        {"latency_max": 50},
        *({"temperature": value} for value in (0.0, 0.7, 1.9)),
        *({"top_p": value} for value in (0.9, 0.1)),
        *({"box_threshold": value} for value in (0.35, 0.95)),
        *({"text_threshold": value} for value in (0.25, 0.95)),
        *({"text": words} for words in ("red", "missing", "red circle", "红", "颜色", "nowhere")),
    ]


if __name__ == "__main__":
    main()
