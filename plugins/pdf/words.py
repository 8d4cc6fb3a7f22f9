"""What all reports say alike."""

from collections.abc import Mapping
from datetime import UTC, datetime

from core.plugins.types import GivenRating
from core.review.types import Interval
from plugins.pdf.document import Document


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def interval(found: Interval | None) -> str:
    """In percent, as in “78–84%”."""
    return "" if found is None else f"{100 * found.low:.0f}–{100 * found.high:.0f}%"


def timings(ms: Mapping[str, float]) -> str:
    """Each by its name, the whole last."""
    ordered = sorted(ms.items(), key=lambda each: each[0] == "total")
    named = [f"{name.replace('_', ' ')} {_duration(value)}" for name, value in ordered]
    return ", ".join(named) or "not measured"


def ratings(document: Document, given: tuple[GivenRating, ...]) -> None:
    """What people said of the run; says so too where nobody has."""
    document.section("Ratings")
    if not given:
        document.note("None that you may see.")
        return
    document.listing(
        ("Rating", "By", "Tags", "Comment", "Status", "When"),
        [
            (
                f"{each.feedback.rating} of 5",
                each.username,
                ", ".join(each.feedback.tags),
                each.feedback.comment,
                each.feedback.review_status.replace("_", " "),
                moment(each.feedback.updated_at),
            )
            for each in given
        ],
        (9, 14, 17, 34, 10, 25),
    )


def _duration(ms: float) -> str:
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.1f} s"
