import pytest

from core.errors import Invalid
from core.generation.limits import check_params, check_prompt
from core.generation.types import Message, SamplingParams


@pytest.mark.parametrize("prompt", ["", "  \n\t ", "\u3000"])
def test_a_blank_prompt_is_refused(prompt: str) -> None:
    with pytest.raises(Invalid, match="blank"):
        check_prompt(prompt, 100)


@pytest.mark.parametrize("bad", ["\0", "\ud83d", "\x1b", "\x7f", "\x85", "\r"])
def test_a_character_that_is_no_text_is_named(bad: str) -> None:
    with pytest.raises(Invalid, match=rf"character 4 is U\+{ord(bad):04X}"):
        check_prompt(f"abc{bad}", 100)


def test_text_of_every_kind_is_taken_as_it_is() -> None:
    text = "Tab\tand\nlines, 你好 😀 👩‍👩‍👧 e\u0301 \u200f"

    assert check_prompt(text, 100) == (text, ())


def test_line_ends_of_forms_become_new_lines() -> None:
    assert check_prompt("a\r\nb", 100)[0] == "a\nb"


def test_a_prompt_over_the_limit_is_refused_with_the_numbers() -> None:
    assert check_prompt("x" * 1000, 1000)[0]
    with pytest.raises(Invalid, match=r"1,001 characters.*1,000"):
        check_prompt("x" * 1001, 1000)


def test_messages_count_together_and_are_checked_each() -> None:
    two = [Message("system", "x" * 60), Message("user", "y" * 60)]

    assert check_prompt(two, 200) == ("x" * 60 + "\n\n" + "y" * 60, tuple(two))
    with pytest.raises(Invalid, match="122"):
        check_prompt(two, 100)
    with pytest.raises(Invalid, match=r"messages\[1\] is blank"):
        check_prompt([Message("user", "a"), Message("user", " ")], 100)
    with pytest.raises(Invalid, match=r"'robot'; allowed are system, user, assistant"):
        check_prompt([Message("robot", "a")], 100)
    with pytest.raises(Invalid, match="at least one"):
        check_prompt([], 100)


def test_the_ends_of_every_range_are_allowed() -> None:
    low = SamplingParams(1, 0, 0, 1e-9, 0.5, 0, ("\n",), 1, 0)
    high = SamplingParams(64, 2, 1000, 1, 2, 2**53 - 1, ("a", "b", "c", "d" * 100), 8, 5)

    check_params(low, 64)
    check_params(high, 64)


def test_the_limit_of_new_tokens_is_the_settings() -> None:
    with pytest.raises(Invalid, match="max_new_tokens: 65 is not allowed; allowed: 1 to 64"):
        check_params(SamplingParams(max_new_tokens=65), 64)


def test_a_long_bad_value_is_not_echoed_whole() -> None:
    with pytest.raises(Invalid) as refused:
        check_params(SamplingParams(stop=("x" * 5000,)), 64)

    assert len(refused.value.message) < 200
