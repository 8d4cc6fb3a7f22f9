"""Free text against ILIKE: ``python -m bench.review_search``.

Time in the database of counting what matches, and of the first page; the peer in the same run
looks for the same words by ILIKE, in comments and prompts alone: outputs, which the search covers
too, would make it many times slower still.
"""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from bench.figures import tell
from bench.rated import in_database, options, rated
from bench.review_pages import page
from core.review.criteria import criteria_of
from core.review.service import MAX_COUNTED
from core.review.types import FeedbackFilter
from db.models import Feedback, Run
from db.repositories.review import ReviewRepository
from db.repositories.review_sql import where_feedback

WORDS = ("red", "missing", "红", "颜色")
GOAL = 0.1


def main() -> None:
    given = options(__doc__).parse_args()
    with rated(given) as place:
        for words in WORDS:
            filter = FeedbackFilter(text=words)
            found = where_feedback(criteria_of(filter))

            def capped(session: Session, filter: FeedbackFilter = filter) -> None:
                ReviewRepository(session).count(criteria_of(filter), MAX_COUNTED + 1)

            def counted(session: Session, found: list[ColumnElement[bool]] = found) -> None:
                session.execute(select(func.count()).select_from(Feedback).where(*found))

            def ilike(session: Session, words: str = words) -> None:
                session.execute(
                    select(func.count()).select_from(Feedback).join(Run).where(_holds(words))
                )

            with place.database.unit_of_work() as session:
                n = session.scalars(select(func.count()).select_from(Feedback).where(*found)).one()
            for name, ours in (
                (f"counting to {MAX_COUNTED:,}, as the table does", capped),
                ("counting all", counted),
                ("first page", page(filter)),
            ):
                taken = in_database(place.database, ours, ilike, given.pairs)
                tell(
                    f"search for “{words}” ({n:,} of {place.ratings:,}), {name}",
                    f"{taken.ratio:.4f} x ILIKE ({taken}, {given.pairs} pairs)",
                    f"<= {GOAL} x",
                    taken.ratio <= GOAL,
                )


def _holds(words: str) -> ColumnElement[bool]:
    return or_(
        Feedback.comment.icontains(words, autoescape=True),
        Run.prompt.icontains(words, autoescape=True),
    )


if __name__ == "__main__":
    main()
