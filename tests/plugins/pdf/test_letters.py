"""Which font writes what, and what stands where none does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fpdf import FPDF

from plugins.pdf import letters
from plugins.pdf.letters import INSTEAD, Letters, right_to_left


@pytest.fixture
def fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    """Ours, and two of the system: the first has “一”, the second “二”."""
    folder = Path(letters.__file__).parent / "fonts"
    ours, one = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
    two = folder / ".." / "fonts" / "DejaVuSans-Bold.ttf"
    has = {
        ours: frozenset(map(ord, "abc ש" + INSTEAD)),
        one: frozenset({ord("一")}),
        two: frozenset({ord("二")}),
    }
    monkeypatch.setattr(letters, "_characters", has.__getitem__)
    monkeypatch.setattr(letters, "system_font_files", lambda: iter((one, two)))
    opened = Letters(FPDF())
    yield opened
    opened.close()


def test_a_font_that_was_passed_over_is_looked_at_again(fonts: Letters) -> None:
    assert fonts.fit("a二") == "a二"
    assert fonts.fit("b一") == "b一"
    assert fonts.unwritten == 0


def test_what_no_font_has_is_replaced_and_counted(fonts: Letters) -> None:
    assert fonts.fit("三a三") == f"{INSTEAD}a{INSTEAD}"
    assert fonts.unwritten == 2


def test_what_cannot_be_seen_is_left_out(fonts: Letters) -> None:
    assert fonts.fit("a\u0000\u202eb\u200d\ufe0fc") == "abc"
    assert fonts.fit("a\r\nb\u2028c") == "a\nb\nc"
    assert fonts.unwritten == 0


def test_the_first_letter_with_a_direction_decides() -> None:
    assert right_to_left("12 ש a")
    assert not right_to_left("a ש")
    assert not right_to_left("12")
