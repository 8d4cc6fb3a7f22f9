"""The dashboard's figures against counting all ratings: ``python -m bench.review_figures``.

Time in the database, of the statements that the services run; the peer in the same run is
`select count(*) from feedback`.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bench.figures import tell
from bench.rated import ALL, Rated, in_database, options, rated
from core.feedback.types import ReviewStatus
from core.review.charts import MAX_PHRASES, MAX_TAGS
from core.review.criteria import criteria_of, period_before
from core.review.types import FeedbackFilter
from core.runs.types import Task
from db.models import Feedback
from db.repositories.charts import ChartRepository
from db.repositories.review_figures import FigureRepository

Work = Callable[[FeedbackFilter], Callable[[Session], object]]


def header(filter: FeedbackFilter) -> Callable[[Session], object]:
    """What `ReviewService.header` asks, the period before included."""

    def asked(session: Session) -> None:
        figures = FigureRepository(session)
        for each in (filter, period_before(filter)):
            if each is not None:
                figures.figures(criteria_of(each))
                figures.runs(criteria_of(each))

    return asked


def header_and_charts(filter: FeedbackFilter) -> Callable[[Session], object]:
    """What the whole dashboard asks, its table left out."""

    def asked(session: Session) -> None:
        header(filter)(session)
        charts, criteria = ChartRepository(session), criteria_of(filter)
        charts.rated(criteria)
        charts.settings(criteria)
        charts.judged(criteria, MAX_PHRASES)
        charts.tag_pairs(criteria, MAX_TAGS)
        charts.first_days(filter.demo)

    return asked


PARTS: dict[str, Work] = {"header": header, "header and charts": header_and_charts}


def main() -> None:
    given = options(__doc__).parse_args()
    with rated(given) as place:
        for name, filter in _filters(place).items():
            for part, work in PARTS.items():
                taken = in_database(place.database, work(filter), ALL, given.pairs)
                goal = place.goal(0.6, 0.08)
                tell(
                    f"{part}, {name}, {place.ratings:,} ratings",
                    f"{taken.ratio:.2f} x counting all ({taken}, {given.pairs} pairs)",
                    f"<= {goal} x",
                    taken.ratio <= goal,
                )


def _filters(place: Rated) -> dict[str, FeedbackFilter]:
    """Those that roll-ups answer."""
    with place.database.unit_of_work() as session:
        last = session.scalars(select(func.max(Feedback.created_at))).one().date()
    return {
        "everything": FeedbackFilter(),
        "the last 30 days": FeedbackFilter(since=last - timedelta(days=29), until=last),
        "one task": FeedbackFilter(task=Task.DETECTION),
        "real data only": FeedbackFilter(demo=False),
        "badly rated": FeedbackFilter(rating_max=2),
        "untriaged": FeedbackFilter(status=ReviewStatus.NEW),
    }


if __name__ == "__main__":
    main()
