"""Variables: found by name, put in once and literally, refused by name where they are odd."""

import pytest

from core.errors import Invalid
from core.prompts.checks import checked_name, checked_text
from core.prompts.rendering import MAX_VARIABLES, filled, variables_of
from core.prompts.shipped import shipped


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("no variable", ()),
        ("{{b}} {{a}} {{b}}", ("b", "a")),
        ("{{ text }}{{\ttext\n}}", ("text",)),
        ("{{größe_2}}", ("größe_2",)),
        ("{{2nd}}", ("2nd",)),
        ('{"a": {"b": {{value}}}}', ("value",)),
        ("{ {a} } }}", ()),
    ],
)
def test_variables_come_in_the_order_of_their_first_use(text: str, names: tuple[str, ...]) -> None:
    assert variables_of(text) == names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Say {{word", "“{{word”, a variable that is not closed"),
        ("{{a} and {{b}}", "“{{a} and {{b}}”, a variable that is not closed"),
        ("{{}}", "“{{}}”, which is no variable"),
        ("{{first name}}", "“{{first name}}”, which is no variable"),
        ("{{{name}}}", "“{{{name}}”, which is no variable"),
        ("{{a-b}}", "“{{a-b}}”, which is no variable"),
        ("{{" + "x" * 41 + "}}", "which is no variable"),
        ("{{" * 10_000, "is not closed"),
        ("".join(f"{{{{v{n}}}}}" for n in range(MAX_VARIABLES + 1)), "at most 20"),
    ],
)
def test_odd_variables_are_refused_with_what_is_odd(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        variables_of(text)
    assert said in refused.value.message
    assert len(refused.value.message) < 200


def test_values_are_put_in_once_and_literally() -> None:
    values = {"a": r"{{b}} \1 \g<0> {{", "b": "B"}
    assert filled("{{a}}-{{ b }}-{{a}}", values) == rf"{values['a']}-B-{values['a']}"


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ["a", "b"]),
        ({"a": "x"}, ["b"]),
        ({"a": "x", "b": " \n"}, ["b"]),
        ({"a": "x", "b": "y", "c": "z", "A": "z"}, ["c", "A"]),
    ],
)
def test_missing_blank_and_unknown_values_are_named(
    values: dict[str, str], names: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        filled("{{a}} {{b}}", values)
    assert refused.value.facts == {"field": "variables", "names": names}
    for name in names:
        assert f"“{name}”" in refused.value.message


def test_a_value_for_a_prompt_without_variables_is_refused() -> None:
    assert filled("plain", {}) == "plain"
    with pytest.raises(Invalid, match="it has no variables"):
        filled("plain", {"a": "x"})


def test_shipped_prompts_hold_to_the_limits_of_all_prompts() -> None:
    for each in shipped():
        assert checked_text(each.text) == each.text
        assert checked_name(each.name) == each.name
        assert variables_of(each.text)
