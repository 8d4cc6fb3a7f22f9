"""One vocabulary of columns: the table, saved views and the export all name them alike."""

from collections.abc import Sequence

from core.errors import Invalid

COLUMNS = (
    *("feedback_id", "run_id", "created_at", "updated_at", "user", "task", "model", "revision"),
    *("rating", "tags", "status", "comment", "prompt", "output", "params", "image_sha256"),
    *("latency_ms", "run_status", "failed_step"),
    *("role", "assignee", "fixed_in", "note", "answer", "corrected_text", "verdicts"),
    *("top_score", "temperature", "top_p", "box_threshold", "text_threshold", "rate_ms", "demo"),
)
"""In the order of the export."""

FOR_REVIEWERS = frozenset({"note", "assignee"})
"""What people do not see of their own ratings."""


def checked_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once. Raises `Invalid` for none at all, and for one that there is not."""
    chosen = tuple(dict.fromkeys(names))
    if not chosen:
        raise Invalid("Choose at least one column.", facts={"field": "columns"})
    for name in chosen:
        if name not in COLUMNS:
            raise Invalid(
                f"There is no column “{name[:40]}”; use: {', '.join(COLUMNS)}.",
                facts={"field": "columns", "allowed": list(COLUMNS)},
            )
    return chosen


def columns_of(text: str) -> tuple[str, ...]:
    """Read names with commas between them. Raises `Invalid` as `checked_columns`."""
    return checked_columns([name for name in map(str.strip, text.split(",")) if name])
