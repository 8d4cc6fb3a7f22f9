"""What every filter that stands in a query is read with, and how its values are refused."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import Invalid

Reader = Callable[[str, str], object]
"""Makes a value of a filter's name and its text. Raises `Invalid` where it cannot."""

_Choice = TypeVar("_Choice", bound=StrEnum)


def values_in(
    query: Mapping[str, str | Sequence[str]],
    readers: Mapping[str, Reader],
    repeated: Collection[str],
) -> dict[str, Any]:
    """What is set, by the names of `readers`; tuples where a name may be `repeated`.

    Empty texts count as not set.

    Raises
    ------
    Invalid : an unknown name, or a value that cannot be; `facts["field"]` names it.
    """
    if unknown := sorted(set(query) - set(readers)):
        raise Invalid(
            f"There is no filter “{unknown[0][:40]}”; use: {', '.join(readers)}.",
            facts={"field": unknown[0], "allowed": list(readers)},
        )
    values: dict[str, Any] = {}
    for name, said in query.items():
        texts = [text.strip() for text in ([said] if isinstance(said, str) else said)]
        given = [text for text in texts if text]
        if name in repeated:
            values[name] = tuple(dict.fromkeys(readers[name](name, text) for text in given))
        elif len(given) > 1:
            raise invalid(name, "it is given twice; give it once.")
        elif given:
            values[name] = readers[name](name, given[0])
    return values


def a_day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid(name, f"“{text[:20]}” is not a day; write it as 2026-01-31.") from error


def one_of(kind: type[_Choice]) -> Callable[[str, str], _Choice]:
    def read(name: str, text: str) -> _Choice:
        if text not in set(kind):
            raise invalid(name, f"“{text[:40]}” is unknown; use one of: {', '.join(kind)}.")
        return kind(text)

    return read


def a_text(_name: str, text: str) -> str:
    return text


def invalid(name: str, why: str) -> Invalid:
    return Invalid(f"Filter “{name}”: {why}", facts={"field": name})
