"""Places at an engine: who is next, and who is refused."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from core.errors import LimitReached, Unavailable
from core.inference.turns import Turns


@dataclass(eq=False)
class One:
    name: str

    @property
    def user(self) -> UUID:
        return UUID(int=ord(self.name[0]))


def entered(turns: Turns[One], *names: str) -> dict[str, One]:
    ones = {name: One(name) for name in names}
    for one in ones.values():
        turns.enter(one)
    return ones


def taken(turns: Turns[One]) -> list[str]:
    """All who get the one place, each leaving before the next."""
    names = []
    while (one := turns.take()) is not None:
        names.append(one.name)
        turns.leave(one)
    return names


def test_users_take_turns_whoever_came_first() -> None:
    turns: Turns[One] = Turns(1, 9)
    entered(turns, "a1", "a2", "a3", "b1", "c1", "b2", "a4")
    assert taken(turns) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]


def test_positions_are_the_order_in_which_places_will_be_given() -> None:
    turns: Turns[One] = Turns(1, 9)
    ones = entered(turns, "a1", "a2", "a3", "b1", "c1", "b2")
    first = turns.take()
    assert first is ones["a1"]
    assert turns.position(first) == 0
    positions = {name: turns.position(ones[name]) for name in ("b1", "c1", "a2", "b2", "a3")}
    assert positions == {"b1": 1, "c1": 2, "a2": 3, "b2": 4, "a3": 5}
    turns.leave(ones["c1"])
    assert turns.position(ones["a2"]) == 2
    turns.leave(first)
    assert taken(turns) == ["b1", "a2", "b2", "a3"]


def test_who_asks_one_after_the_other_waits_for_one_of_each_other_user() -> None:
    turns: Turns[One] = Turns(1, 9)
    entered(turns, "a1", "a2", "a3")
    order = []
    for name in ("b1", "b2", "b3"):
        one = turns.take()
        assert one is not None
        order.append(one.name)
        entered(turns, name)
        turns.leave(one)
    assert [*order, *taken(turns)] == ["a1", "b1", "a2", "b2", "a3", "b3"]


def test_as_many_have_a_place_and_wait_as_may() -> None:
    turns: Turns[One] = Turns(2, 1)
    entered(turns, "a1", "a2", "a3")
    with pytest.raises(LimitReached):
        entered(turns, "b1")
    assert [turns.take(), turns.take(), turns.take()][2] is None
    assert turns.counts() == (1, 2)
    turns.close()
    with pytest.raises(Unavailable):
        entered(turns, "b1")
    assert len(turns.everyone()) == 3
