"""What a prompt of the library may hold, checked before the database sees it."""

from core.errors import Invalid
from core.feedback.checks import checked_characters
from core.generation.limits import cleaned_text
from core.prompts.rendering import variables_of

MAX_NAME_CHARS = 80
MAX_DESCRIPTION_CHARS = 300
MAX_TEXT_CHARS = 20_000


def checked_name(name: str) -> str:
    """The name on one line, without blanks around it."""
    kept = _one_line("name", name, MAX_NAME_CHARS)
    if not kept:
        raise Invalid("The prompt has no name; give it one.", facts={"field": "name"})
    return kept


def checked_description(description: str) -> str:
    return _one_line("description", description, MAX_DESCRIPTION_CHARS)


def checked_text(text: str) -> str:
    """The text with line ends as `\\n`; its variables can be read."""
    kept = cleaned_text("text", text)
    _check_length("text", kept, MAX_TEXT_CHARS)
    variables_of(kept)
    return kept


def _one_line(field: str, value: str, limit: int) -> str:
    kept = checked_characters(field, " ".join(value.split()))
    _check_length(field, kept, limit)
    return kept


def _check_length(field: str, value: str, limit: int) -> None:
    if len(value) > limit:
        raise Invalid(
            f"The {field} has {len(value):,} characters; shorten it to at most {limit:,}.",
            facts={"field": field, "max_chars": limit},
        )
