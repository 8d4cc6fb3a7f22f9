"""What happened to a rating, in words."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import streamlit as st

from core.feedback.types import Action, Happening
from ui.text import plain, shortened

_CHARS = 80


def rating_history(happenings: Sequence[Happening], *, you: str | None = None) -> None:
    """An expander under a rating; nothing while nothing but the rating has happened.

    `you` is the name of whoever looks. Whoever is not named is a reviewer.
    """
    if len(happenings) < 2:
        return
    with st.expander(f"History: {_summary(happenings)}"):
        st.markdown("\n".join(f"- {line}" for line in history_lines(happenings, you=you)))


def history_lines(happenings: Sequence[Happening], *, you: str | None = None) -> list[str]:
    """A line of Markdown for each, oldest first."""
    return [
        f"{each.at:%Y-%m-%d %H:%M} UTC, {_who(each.actor, you)}: {_what(each)}"
        for each in happenings
    ]


def _summary(happenings: Sequence[Happening]) -> str:
    changed = sum(each.action is Action.CHANGED for each in happenings)
    parts = [f"changed {_times(changed)}"] if changed else []
    for action, word in ((Action.WITHDRAWN, "withdrawn"), (Action.REVIEWED, "reviewed")):
        number = sum(each.action is action for each in happenings)
        parts += [f"{word} {_times(number)}"] if number else []
    return ", ".join(parts)


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _who(actor: str | None, you: str | None) -> str:
    if actor is None:
        return "a reviewer"
    return "you" if actor == you else plain(actor)


def _what(happening: Happening) -> str:
    if happening.action is Action.WITHDRAWN:
        return "withdrawn"
    names = [name for name in _FIELDS if name in happening.after or name in happening.before]
    words = [_FIELDS[name](happening.before.get(name), happening.after.get(name)) for name in names]
    return "; ".join(words) or str(happening.action)


def _rating(before: int | None, after: int | None) -> str:
    return f"{after} of 5" if before is None else f"{before} → {after} of 5"


def _tags(before: list[str] | None, after: list[str] | None) -> str:
    kept, given = before or [], after or []
    words = [f"+ {plain(tag)}" for tag in given if tag not in kept]
    words += [f"− {plain(tag)}" for tag in kept if tag not in given]
    return f"tags {', '.join(words)}" if words else "tags in another order"


def _boxes(before: Mapping[str, int] | None, after: Mapping[str, int] | None) -> str:
    def counts(boxes: Mapping[str, int] | None) -> str:
        words = (f"{number} {kind.replace('_', ' ')}" for kind, number in (boxes or {}).items())
        return ", ".join(words) or "none"

    return (
        f"boxes {counts(after)}" if before is None else f"boxes {counts(before)} → {counts(after)}"
    )


def _text(name: str) -> Callable[[str | None, str | None], str]:
    def words(before: str | None, after: str | None) -> str:
        if not after:
            return f"{name} removed (“{_quoted(before)}”)"
        if not before:
            return f"{name} “{_quoted(after)}”"
        return f"{name} “{_quoted(before)}” → “{_quoted(after)}”"

    return words


def _quoted(text: str | None) -> str:
    return plain(shortened(text or "", _CHARS))


def _value(name: str) -> Callable[[Any, Any], str]:
    def words(before: Any, after: Any) -> str:
        parts = (plain(str(one).replace("_", " ")) for one in (before, after) if one)
        return f"{name} {' → '.join(parts) if after else 'none any more'}"

    return words


_FIELDS: Mapping[str, Callable[[Any, Any], str]] = MappingProxyType(
    {
        "rating": _rating,
        "failed_step": _value("failed step"),
        "tags": _tags,
        "comment": _text("comment"),
        "corrected_text": _text("corrected text"),
        "boxes": _boxes,
        "review_status": _value("status"),
        "fixed_in": _value("fixed in"),
        "answer": _text("answer"),
        "note": _text("note"),
    }
)
