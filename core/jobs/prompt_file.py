"""Prompts as a CSV file: a column `prompt`, and what of the sampling each line says for itself."""

import csv
import io
from collections.abc import Mapping, Sequence

from core.errors import Invalid
from core.jobs.types import ItemPrompt

PROMPT = "prompt"
_NUMBERS: Mapping[str, type[int] | type[float]] = {
    "seed": int,
    "max_new_tokens": int,
    "temperature": float,
}
COLUMNS = (PROMPT, *_NUMBERS)


def read_prompts(content: bytes) -> tuple[ItemPrompt, ...]:
    """The prompts in their order, also parted by semicolons; blank lines are left out.

    The head names the columns: `prompt`, and if wanted `seed`, `max_new_tokens`, `temperature`. A
    file of one column needs no head. Line breaks may stand within quotation marks.

    Raises
    ------
    Invalid : it is no CSV in UTF-8, has no prompt, an unknown column, or a number that is none;
        the message names the line.
    """
    lines = _lines(content)
    if not lines:
        raise Invalid("The file has no prompts; write one on each line, under the head “prompt”.")
    names = [cell.strip().lower() for cell in lines[0][1]]
    if PROMPT in names:
        lines = lines[1:]
    elif len(names) == 1:
        names = [PROMPT]
    else:
        raise Invalid(
            f"The first line names no column “{PROMPT}”; the columns may be: {', '.join(COLUMNS)}.",
            facts={"allowed": COLUMNS},
        )
    _check_head(names)
    if not lines:
        raise Invalid("The file has a head and no prompts; write one on each line under it.")
    return tuple(_prompt(number, names, cells) for number, cells in lines)


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not blank, and the number of the line where they begin."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is no text in UTF-8; save it as “CSV UTF-8”.") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found, begins = [], 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                found.append((begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Invalid(
            f"Line {reader.line_num} cannot be read as CSV ({error}); check its quotation marks."
        ) from error
    return found


def _delimiter(text: str) -> str:
    """A semicolon where the head is parted by it, as spreadsheets do in much of Europe."""
    head = text.partition("\n")[0].strip().lower().split(";")
    return ";" if len(head) > 1 and PROMPT in head else ","


def _check_head(names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise Invalid(
            f"There is no column “{unknown[0][:40]}”; the columns may be: {', '.join(COLUMNS)}.",
            facts={"allowed": COLUMNS},
        )
    if len(set(names)) < len(names):
        raise Invalid("A column is named twice in the first line; name each once.")


def _prompt(number: int, names: Sequence[str], cells: Sequence[str]) -> ItemPrompt:
    if len(cells) != len(names):
        raise Invalid(
            f"Line {number} has {len(cells)} columns in place of {len(names)}; put quotation marks "
            "around a prompt with commas in it.",
            facts={"line": number},
        )
    given = dict(zip(names, cells, strict=True))
    text = given.pop(PROMPT)
    own = {name: _number(number, name, cell) for name, cell in given.items() if cell.strip()}
    return ItemPrompt(text, f"line {number}", **own)  # type: ignore[arg-type]


def _number(number: int, name: str, cell: str) -> float:
    try:
        return _NUMBERS[name](cell.strip())
    except ValueError as error:
        raise Invalid(
            f"Line {number}: {name} is “{cell.strip()[:40]}”, which is no number as it must be.",
            facts={"line": number, "field": name},
        ) from error
