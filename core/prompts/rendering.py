"""Variables in a prompt: `{{name}}`, put in once and literally."""

import re
from collections.abc import Mapping, Sequence

from core.errors import Invalid

MAX_VARIABLES = 20
MAX_VARIABLE_CHARS = 40

_VARIABLE = re.compile(r"\{\{(?:((?:(?!\{\{|\}\}).)*)\}\})?", re.DOTALL)
"""Closed or not: what is between the braces is group 1, None where none close them."""
_NAME = re.compile(rf"\s*(\w{{1,{MAX_VARIABLE_CHARS}}})\s*")
_SHOWN_CHARS = 30


def variables_of(text: str) -> tuple[str, ...]:
    """The names of the variables, each once, in the order of their first use.

    Two opening braces always begin a variable; closing ones by themselves are plain text.

    Raises
    ------
    Invalid : a variable that is not closed, one whose name is none, or more than 20.
    """
    names = tuple(dict.fromkeys(map(_name, _VARIABLE.finditer(text))))
    if len(names) > MAX_VARIABLES:
        raise _odd(f"There are {len(names)} variables in the text; use at most {MAX_VARIABLES}.")
    return names


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable replaced; what looks like one inside a value stays as it is.

    Raises
    ------
    Invalid : a variable without a value or with a blank one, or a value for none.
    """
    names = variables_of(text)
    blank = [name for name in names if not values.get(name, "").strip()]
    if blank:
        raise _wrong(f"Nothing is given for {_listed(blank)}; write something for each.", blank)
    unknown = [name for name in values if name not in names]
    if unknown:
        known = f"its variables are {_listed(names)}" if names else "it has no variables"
        raise _wrong(f"The prompt knows nothing of {_listed(unknown)}; {known}.", unknown)
    return _VARIABLE.sub(lambda found: values[_name(found)], text)


def previewed(text: str, values: Mapping[str, str]) -> str:
    """The text with the variables replaced that have a value; the others stand as they are."""
    return _VARIABLE.sub(lambda found: _value(found, values) or found[0], text)


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    value = values.get(_name(found), "")
    return value if value.strip() else ""


def _name(found: re.Match[str]) -> str:
    if found[1] is None:
        rest = _short(found.string[found.start() :])
        raise _odd(f"The text has “{rest}”, a variable that is not closed; close it with “}}}}”.")
    name = _NAME.fullmatch(found[1])
    if name is None:
        raise _odd(
            f"The text has “{_short(found[0])}”, which is no variable; name it with letters, "
            f"digits and “_”, at most {MAX_VARIABLE_CHARS}, as in “{{{{text}}}}”."
        )
    return name[1]


def _short(text: str) -> str:
    line = " ".join(text[: 2 * _SHOWN_CHARS].split())
    return line if len(line) <= _SHOWN_CHARS else f"{line[:_SHOWN_CHARS]}…"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{_short(name)}”" for name in names[:MAX_VARIABLES])


def _odd(message: str) -> Invalid:
    return Invalid(message, facts={"field": "text"})


def _wrong(message: str, names: Sequence[str]) -> Invalid:
    return Invalid(message, facts={"field": "variables", "names": list(names)})
