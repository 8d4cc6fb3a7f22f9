"""How the audit page calls what stands in an entry."""

from collections.abc import Mapping
from types import MappingProxyType

from core.audit.types import Target
from core.permissions import Face

FACE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Face.UI: "the pages",
        Face.API: "the API",
        Face.CLI: "the command line",
        Face.JOB: "Glimpse itself",
    }
)
TARGET_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Target.USER: "person",
        Target.SESSION: "sign-in",
        Target.KEY: "API key",
        Target.LIMIT: "limit",
        Target.FEEDBACK: "rating",
        Target.RUN: "run",
        Target.EXPORT: "export",
        Target.THRESHOLD: "threshold",
        Target.VIEW: "saved view",
        Target.PROMPT: "prompt",
        Target.MODEL: "model",
        Target.JOB: "job",
    }
)


def fact_words(name: str) -> str:
    """As in “Review status” for `review_status`, and “Note, characters” for `note_chars`."""
    known = name.removesuffix("_id").removesuffix("_ids").replace("_", " ")
    words = known.removesuffix(" chars")
    return f"{words.capitalize()}, characters" if words != known else words.capitalize()


def said(value: object, names: Mapping[str, str]) -> str:
    """A fact as people read it, ids of people as their names; “–” where there is none."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(
            f"{fact_words(name).lower()}: {said(each, names)}" for name, each in value.items()
        )
    if isinstance(value, list | tuple):
        return ", ".join(said(each, names) for each in value)
    return names.get(str(value), str(value))
