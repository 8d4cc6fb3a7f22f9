"""Users take turns."""

from typing import cast
from uuid import UUID

from core.inference.textengine.sequence import TextSequence
from core.inference.textengine.turns import Turns


class Row:
    """What the queue asks of a sequence."""

    def __init__(self, user: str, number: int) -> None:
        self.user = UUID(int=ord(user))
        self.name = f"{user}{number}"
        self.ended = False


def queued(order: str) -> tuple[Turns, list[TextSequence]]:
    turns = Turns()
    rows = [
        cast(TextSequence, Row(user, order[:place].count(user) + 1))
        for place, user in enumerate(order)
    ]
    for row in rows:
        turns.add(row)
    return turns, rows


def name(row: TextSequence) -> str:
    return cast(Row, row).name


def drained(turns: Turns) -> list[str]:
    return [name(turns.take()) for _ in range(len(turns))]


def test_users_take_turns_and_each_keeps_their_own_order() -> None:
    turns, _ = queued("aaaabbc")

    assert drained(turns) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]


def test_whoever_had_a_turn_waits_for_all_others_to_have_theirs() -> None:
    turns, _ = queued("aabb")
    assert name(turns.take()) == "a1"
    turns.add(cast(TextSequence, Row("c", 1)))

    assert drained(turns) == ["b1", "a2", "c1", "b2"]


def test_a_position_is_the_place_in_the_order_of_turns() -> None:
    turns, rows = queued("aaabcbbba")
    turns.take()
    positions = {name(row): turns.position(row) for row in rows}

    assert positions.pop("a1") == 0
    assert sorted(positions, key=positions.__getitem__) == drained(turns)
    assert sorted(positions.values()) == list(range(1, 9))


def test_whoever_ended_while_waiting_gives_up_their_turn() -> None:
    turns, rows = queued("abab")
    rows[1].ended = True
    turns.drop_ended()

    assert turns.position(rows[3]) == 2
    assert drained(turns) == ["a1", "b2", "a2"]
