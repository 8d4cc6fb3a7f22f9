"""Newcomers as a CSV file, and their temporary passwords as another."""

import csv
import io
from collections.abc import Iterable, Sequence

from core.accounts import names
from core.accounts.people_types import CheckedList, Newcomer, NewUser, Problem
from core.errors import Invalid
from core.permissions import Role
from db.repositories.exports import FORMULA_STARTS

MAX_PEOPLE = 1000
MAX_BYTES = 200_000
_HEAD = ("username", "role")


def read_list(content: bytes) -> CheckedList:
    """Lines of `username,role`, also parted by semicolons; the head and blank lines may be there.

    Every line is looked at. Whether somebody has a name already is not known here.

    Raises
    ------
    Invalid : it is no text in UTF-8, is too long, or names nobody.
    """
    lines = _lines(content)
    if not lines:
        raise Invalid("The file names nobody; write a username and a role on each line.")
    if len(lines) > MAX_PEOPLE:
        raise Invalid(
            f"The file has {len(lines):,} people; add at most {MAX_PEOPLE:,} at once.",
            facts={"max": MAX_PEOPLE},
        )
    newcomers, problems = [], []
    first: dict[str, int] = {}
    for number, cells in lines:
        username = names.tidy(cells[0])
        try:
            newcomer = _newcomer(cells)
            earlier = first.setdefault(newcomer.username.lower(), number)
            if earlier != number:
                raise Invalid(f"The same name stands on line {earlier}; keep one of the two.")
        except Invalid as error:
            problems.append(Problem(number, username, error.message))
        else:
            newcomers.append((number, newcomer))
    return CheckedList(tuple(newcomers), tuple(problems))


def passwords_file(new: Iterable[NewUser]) -> bytes:
    """Name, role and temporary password of each, as CSV that spreadsheets take for text."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow((*_HEAD, "temporary_password"))
    for each in new:
        writer.writerow((_text(each.user.username), each.user.role, each.password))
    return written.getvalue().encode("utf-8-sig")


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    """The cells of each line that is not blank, with its number; without the head."""
    if len(content) > MAX_BYTES:
        raise Invalid(
            f"The file has {len(content):,} bytes; at most {MAX_BYTES:,} are read.",
            facts={"max": MAX_BYTES},
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is no text in UTF-8; save it as “CSV UTF-8”.") from error
    reader = csv.reader(io.StringIO(text), delimiter=";" if _by_semicolon(text) else ",")
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise Invalid("The file cannot be read as CSV; check its quotation marks.") from error
    with_head = bool(lines) and tuple(_word(cell) for cell in lines[0][1][:2]) == _HEAD
    return lines[1:] if with_head else lines


def _newcomer(cells: Sequence[str]) -> Newcomer:
    allowed = ", ".join(Role)
    if len(cells) != len(_HEAD):
        raise Invalid(f"A line has a username and a role ({allowed}); this one has {len(cells)}.")
    username = names.checked(cells[0])
    if _word(cells[1]) not in set(Role):
        raise Invalid(f"There is no role “{cells[1].strip()[:40]}”; use one of: {allowed}.")
    return Newcomer(username, Role(_word(cells[1])))


def _by_semicolon(text: str) -> bool:
    head = text.partition("\n")[0]
    return ";" in head and "," not in head


def _word(cell: str) -> str:
    return cell.strip().lower()


def _text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
