"""The rule alone: whose share an attempt is taken from, and when the next may be made."""

from datetime import UTC, datetime, timedelta

import pytest

from core.accounts.places import HERE, place_of
from core.accounts.throttle import WINDOW, Tried, Turn, next_turn, too_many

START = datetime(2026, 1, 1, tzinfo=UTC)


class Account:
    """Everybody tries the same account, as fast as they are let."""

    def __init__(self, *known: str) -> None:
        self._known = known
        self._tried: list[Tried] = []

    def turn(self, place: str, moment: datetime) -> Turn:
        lately = [each for each in self._tried if each.at > moment - WINDOW]
        sprayed = [each.at for each in lately if each.place == place and not each.of_known]
        return next_turn(lately, sprayed, place, place in self._known, moment)

    def attempt(self, place: str, moment: datetime) -> bool:
        turn = self.turn(place, moment)
        if turn.free_at > moment:
            return False
        self._tried.append(Tried(moment, place, turn.of_known))
        return True

    def attempts(self, place: str, seconds: int) -> list[int]:
        """Seconds from the start at which an attempt was let through, one wanted each second."""
        return [s for s in range(seconds) if self.attempt(place, START + timedelta(seconds=s))]


def test_pauses_grow_and_then_the_first_must_be_15_minutes_old() -> None:
    assert Account().attempts("a", 905) == [0, 1, 11, 900]
    assert Account("a").attempts("a", 905) == [0, 1, 11, 71, 900]


def test_ten_in_any_15_minutes_whoever_tries_from_wherever() -> None:
    account = Account("home", "office")
    places = ["home", "office", *(f"elsewhere {n}" for n in range(20))]
    let = [
        s
        for s in range(0, 4 * 900, 3)
        for place in places
        if account.attempt(place, START + timedelta(seconds=s))
    ]
    assert all(sum(start <= s < start + 900 for s in let) <= 10 for start in let)
    assert len(let) == 4 * 10


def test_a_crowd_elsewhere_leaves_known_places_their_share() -> None:
    account = Account("home")
    crowd = [account.attempt(f"elsewhere {n}", START) for n in range(100)]
    assert sum(crowd) == 6
    assert account.turn("home", START) == Turn(datetime.min.replace(tzinfo=UTC), of_known=True)


@pytest.mark.parametrize("known", [(), ("a",)])
def test_one_place_never_uses_up_what_is_left_for_another(known: tuple[str, ...]) -> None:
    account = Account(*known)
    account.attempts("a", 899)
    assert account.attempt("b", START + timedelta(seconds=899))


def test_one_known_place_does_not_shut_another() -> None:
    account = Account("office", "home")
    assert len(account.attempts("office", 899)) == 4
    assert account.attempt("home", START + timedelta(seconds=899))


def test_a_place_that_sprays_may_go_on_only_where_it_is_known() -> None:
    sprayed = [START] * 30
    assert next_turn([], sprayed, "a", known=False, moment=START).free_at == START + WINDOW
    assert next_turn([], sprayed[1:], "a", known=False, moment=START).free_at < START
    assert next_turn([], sprayed, "a", known=True, moment=START).free_at < START


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        (timedelta(microseconds=1), "in 1 second."),
        (timedelta(seconds=9.2), "in 10 seconds."),
        (timedelta(seconds=60), "in 1 minute."),
        (timedelta(seconds=61), "in 2 minutes."),
        (WINDOW, "in 15 minutes."),
    ],
)
def test_the_wait_is_told_in_words_that_are_true(wait: timedelta, told: str) -> None:
    refused = too_many(wait)
    assert refused.message.endswith(told)
    assert refused.retry_after is not None
    assert refused.retry_after >= wait.total_seconds()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (None, HERE),
        ("127.0.0.1", HERE),
        ("::1", HERE),
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("unix:", "unix:"),
    ],
)
def test_a_place_is_what_one_person_can_easily_come_from(address: str | None, place: str) -> None:
    assert place_of(address) == place
