"""What passwords are accepted, and that the rules hold everywhere."""

import pytest

from core.accounts import passwords
from core.errors import Invalid


def test_hash_is_argon2id_and_hides_the_password() -> None:
    kept = passwords.hashed("a long enough password")
    assert kept.startswith("$argon2id$")
    assert "password" not in kept


def test_match_is_exact_to_the_last_character_of_a_long_password() -> None:
    kept = passwords.hashed("x" * 100 + "a")
    assert passwords.matches("x" * 100 + "a", kept)
    assert not passwords.matches("x" * 100 + "b", kept)


def test_composed_and_decomposed_accents_are_the_same_password() -> None:
    assert passwords.matches("cafe\u0301 au lait!", passwords.hashed("caf\u00e9 au lait!"))


def test_nothing_matches_where_there_is_no_hash() -> None:
    assert not passwords.matches("", None)
    assert not passwords.matches("anything at all", None)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1001, "\u0065\u0301" * 11])
def test_too_short_or_too_long_is_refused_with_the_limits(password: str) -> None:
    with pytest.raises(Invalid, match="12 to 1,000") as refused:
        passwords.check(password, "somebody")
    assert refused.value.facts == {"min": 12, "max": 1000}


@pytest.mark.parametrize(
    "password",
    [
        "twelve chars",
        "четыре слова",
        "馬電池釘正確的訂書針大象雨",
        "🐎🔋📎✅🐘🌧️🚲🎻🧊🍋🪁",
        "correct horse battery staple",
        "839201748392",
        "the anaconda in the cabana",
        "".join(chr(0x4E00 + number) for number in range(1000)),
    ],
)
def test_any_characters_make_a_password(password: str) -> None:
    passwords.check(password, "ana")
    assert passwords.matches(password, passwords.hashed(password))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("ANA.MARIA.LOPEZ", "username"),
        ("ana.maria.lopez2026", "username"),
        ("aaaaaaaaaaaaaaaa", "again and again"),
        ("             ", "again and again"),
        ("Abcabcabcabcab", "again and again"),
        ("staple7!staple7!", "again and again"),
        ("890123456789", "a row of"),
        ("zyxwvutsrqponm", "a row of"),
        ("Qwertyuiopasdf", "a row of"),
        ("1qaz2wsx3edc4rfv", "most common"),
        ("UNBELIEVABLE", "most common"),
        ("Password123!", "digits or signs around"),
        ("¡¡2026Summer!!", "digits or signs around"),
        ("\uff30\uff41\uff53\uff53\uff57\uff4f\uff52\uff44\uff11\uff12\uff13\uff14", "most common"),
    ],
)
def test_what_is_guessed_first_is_refused_with_the_reason(password: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        passwords.check(password, "ana.maria.lopez")


def test_generated_passwords_are_accepted_and_differ() -> None:
    made = {passwords.generated() for _ in range(20)}
    assert len(made) == 20
    for password in made:
        passwords.check(password, "admin")
