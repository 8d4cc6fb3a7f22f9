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


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1001])
def test_too_short_or_too_long_is_refused_with_the_limits(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(password, "somebody")
    assert refused.value.facts == {"min": 12, "max": 1000}


def test_the_username_is_no_password_in_any_case() -> None:
    with pytest.raises(Invalid, match="username"):
        passwords.check("ANA.MARIA.LOPEZ", "ana.maria.lopez")


def test_generated_passwords_are_accepted_and_differ() -> None:
    made = {passwords.generated() for _ in range(20)}
    assert len(made) == 20
    for password in made:
        passwords.check(password, "admin")
