"""How what reviewers say is called."""

from collections.abc import Mapping
from types import MappingProxyType

from core.feedback.types import ReviewStatus
from core.review.words import STATUS_WORDS

__all__ = ["FIELD_WORDS", "STATUS_WORDS", "VERDICT_WORDS", "said"]

VERDICT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "right": "right",
        "wrong_label": "wrong label",
        "loose": "loose",
        "absent": "not there",
        "missed": "missed",
    }
)
FIELD_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "rating": "Rating",
        "tags": "Tags",
        "comment": "Comment",
        "corrected_text": "Corrected text",
        "failed_step": "Failed step",
        "boxes": "Verdicts",
        "status": "Status",
        "review_status": "Status",
        "fixed_in": "Fixed in",
        "assignee": "Assignee",
        "assignee_id": "Assignee",
        "note": "Internal note",
        "answer": "Answer",
    }
)


def said(field: str, value: object) -> str:
    """A field's value as people read it; “–” where there is none."""
    if value is None or value == "" or value == [] or value == {}:
        return "nobody" if field in ("assignee", "assignee_id") else "–"
    if field in ("status", "review_status"):
        return STATUS_WORDS[ReviewStatus(str(value))]
    if isinstance(value, Mapping):
        return ", ".join(
            f"{count} {VERDICT_WORDS.get(name, name)}" for name, count in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value} of 5" if field == "rating" else str(value)
