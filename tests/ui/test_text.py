"""Text from people inside Markdown, and times in words."""

from datetime import timedelta

import pytest

from core.clock import now
from ui.text import ago, facts, plain, shortened

J = "\u2060"
"""What keeps Streamlit from reading more into a text than stands there."""


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("*bold* _it_", r"\*bold\* \_it\_"),
        ("[link](javascript:x)", rf"\[link\](javascript:{J}x)"),
        ("$x$ `code` <b> &copy;", r"\$x\$ \`code\` \<b> \&copy;"),
        (":red[danger]", rf":{J}red\[danger\]"),
        (":smile: :material/home:", rf":{J}smile: :{J}material/home:"),
        ("http://x www.x.org a@x.org", rf"http:{J}//x www{J}.x.org a@{J}x.org"),
        ("a -> b <- c", rf"a -{J}> b \<{J}- c"),
        ("# a\n- b\n1. c\n> d\n===", "\\# a\n\\- b\n1\\. c\n\\> d\n\\==="),
        ("a\n\n    b", "a\n\n\u00a0   b"),
        ("at 12:30, plain: words, 1.5 of 2", "at 12:30, plain: words, 1.5 of 2"),
    ],
)
def test_marks_lose_their_meaning(typed: str, safe: str) -> None:
    assert plain(typed) == safe


def test_no_text_turns_what_stands_beside_it() -> None:
    assert plain("a\u202eb\u2069c") == "abc"
    assert plain("اسم 1") == "\u2068اسم 1\u2069"
    assert plain("\u2069اسم\u202e 1") == "\u2068اسم 1\u2069"


def test_accents_pile_up_four_high() -> None:
    assert plain("a" + "\u0301" * 500 + "b") == "a" + "\u0301" * 4 + "b"
    assert plain("ệ ñ") == "ệ ñ"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (119, "1 min ago"),
        (3600, "1 h ago"),
        (86_400 * 3, "3 d ago"),
    ],
)
def test_times_are_told_in_the_largest_whole_unit(seconds: int, words: str) -> None:
    assert ago(now() - timedelta(seconds=seconds)) == words


def test_old_times_are_told_by_their_day_and_none_as_never() -> None:
    moment = now() - timedelta(days=40)
    assert ago(moment) == f"on {moment:%Y-%m-%d}"
    assert ago(None) == "never"


def test_facts_break_between_one_another_only() -> None:
    assert facts("seed 7", "", "110 ms in all") == "seed\u00a07 · 110\u00a0ms\u00a0in\u00a0all"


def test_long_text_becomes_one_line_with_an_ellipsis() -> None:
    assert shortened("a b\nc", 5) == "a b c"
    assert shortened("abcdef", 5) == "abcd…"
