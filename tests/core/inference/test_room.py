"""Places at an engine: who is next, and who is refused."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from core.errors import LimitReached, Unavailable
from core.inference.room import Room


@dataclass(eq=False)
class One:
    name: str

    @property
    def user(self) -> UUID:
        return UUID(int=ord(self.name[0]))


def entered(room: Room[One], *names: str) -> dict[str, One]:
    ones = {name: One(name) for name in names}
    for one in ones.values():
        room.enter(one)
    return ones


def seated(room: Room[One]) -> list[str]:
    """All who get the one place, each leaving before the next."""
    names = []
    while (one := room.seat()) is not None:
        names.append(one.name)
        room.leave(one)
    return names


def test_users_take_turns_whoever_came_first() -> None:
    room: Room[One] = Room(1, 9)
    entered(room, "a1", "a2", "a3", "b1", "c1", "b2", "a4")
    assert seated(room) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]


def test_positions_are_the_order_in_which_places_will_be_given() -> None:
    room: Room[One] = Room(1, 9)
    ones = entered(room, "a1", "a2", "a3", "b1", "c1", "b2")
    first = room.seat()
    assert first is ones["a1"]
    assert room.position(first) == 0
    positions = {name: room.position(ones[name]) for name in ("b1", "c1", "a2", "b2", "a3")}
    assert positions == {"b1": 1, "c1": 2, "a2": 3, "b2": 4, "a3": 5}
    room.leave(ones["c1"])
    assert room.position(ones["a2"]) == 2
    room.leave(first)
    assert seated(room) == ["b1", "a2", "b2", "a3"]


def test_as_many_have_a_place_and_wait_as_may() -> None:
    room: Room[One] = Room(2, 1)
    entered(room, "a1", "a2", "a3")
    with pytest.raises(LimitReached):
        entered(room, "b1")
    assert [room.seat(), room.seat(), room.seat()][2] is None
    assert room.counts() == (1, 2)
    room.close()
    with pytest.raises(Unavailable):
        entered(room, "b1")
    assert len(room.everyone()) == 3
