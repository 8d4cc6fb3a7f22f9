"""Free text against ILIKE: ``python -m bench.review_search``.

Time in the database of counting what matches, and of the first page; the peer in the same run
looks for the same words by ILIKE in comments, prompts and outputs.
"""

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from bench.figures import tell
from bench.rated import in_database, options, rated
from bench.review_pages import SIZE, page
from core.review.criteria import criteria_of
from core.review.types import FeedbackFilter
from db.models import Feedback, Run
from db.repositories.exports import output_text
from db.repositories.review_sql import where_feedback

WORDS = ("red", "circle", "missing", "红", "颜色", "good")
GOAL = 0.1


def main() -> None:
    given = options(__doc__).parse_args()
    with rated(given) as place:
        for words in WORDS:
            filter = FeedbackFilter(text=words)
            found = where_feedback(criteria_of(filter))

            def counted(session: Session, found: list[ColumnElement[bool]] = found) -> None:
                session.execute(select(func.count()).select_from(Feedback).where(*found))

            def ilike(session: Session, words: str = words) -> None:
                session.execute(
                    select(func.count()).select_from(Feedback).join(Run).where(_holds(words))
                )

            def ilike_page(session: Session, words: str = words) -> None:
                session.execute(
                    select(Feedback.id)
                    .join(Run)
                    .where(_holds(words))
                    .order_by(Feedback.created_at.desc(), Feedback.id.desc())
                    .limit(SIZE)
                )

            with place.database.unit_of_work() as session:
                n = session.scalars(select(func.count()).select_from(Feedback).where(*found)).one()
            for name, ours, peer, pairs in (
                ("counting", counted, ilike, 3),
                ("first page", page(filter), ilike, 3),
                ("first page, ILIKE's first page", page(filter), ilike_page, 3),
            ):
                taken = in_database(place.database, ours, peer, pairs)
                tell(
                    f"search for “{words}” ({n:,} of {place.ratings:,}), {name}",
                    f"{taken.ratio:.4f} x ILIKE ({taken}, {pairs} pairs)",
                    f"<= {GOAL} x",
                    taken.ratio <= GOAL,
                )


def _holds(words: str) -> ColumnElement[bool]:
    return or_(
        *(text.icontains(words, autoescape=True) for text in (Feedback.comment, Run.prompt)),
        output_text().icontains(words, autoescape=True),
    )


if __name__ == "__main__":
    main()
