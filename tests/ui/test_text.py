"""Text from people inside Markdown, and times in words."""

from datetime import timedelta

import pytest

from core.clock import now
from ui.text import ago, facts, plain, shortened


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("*bold* _it_", r"\*bold\* \_it\_"),
        ("[link](http://x)", r"\[link\](http://x)"),
        ("$x$ `code` <b>", r"\$x\$ \`code\` \<b>"),
        (":red[danger]", r"\:red\[danger\]"),
        (":smile: :material/home:", r"\:smile: \:material/home:"),
        (":red alone", r"\:red alone"),
        ("at 12:30, plain: words", "at 12:30, plain: words"),
    ],
)
def test_marks_lose_their_meaning(typed: str, safe: str) -> None:
    assert plain(typed) == safe


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
