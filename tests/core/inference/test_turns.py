"""Users take turns."""

from uuid import UUID

from core.inference.turns import Turns


class One:
    """What the queue asks of a sequence."""

    def __init__(self, user: str, number: int) -> None:
        self.user = UUID(int=ord(user))
        self.name = f"{user}{number}"


def queued(order: str) -> tuple[Turns[One], list[One]]:
    turns: Turns[One] = Turns()
    rows = [One(user, order[:place].count(user) + 1) for place, user in enumerate(order)]
    for row in rows:
        turns.add(row)
    return turns, rows


def drained(turns: Turns[One]) -> list[str]:
    return [turns.take().name for _ in range(len(turns))]


def test_users_take_turns_and_each_keeps_their_own_order() -> None:
    turns, _ = queued("aaaabbc")

    assert drained(turns) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]


def test_whoever_had_a_turn_waits_for_all_others_to_have_theirs() -> None:
    turns, _ = queued("aabb")
    assert turns.take().name == "a1"
    turns.add(One("c", 1))

    assert drained(turns) == ["b1", "c1", "a2", "b2"]


def test_a_position_is_the_place_in_the_order_of_turns() -> None:
    turns, rows = queued("aaabcbbba")
    turns.take()
    positions = {row.name: turns.position(row) for row in rows}

    assert positions.pop("a1") == 0
    assert sorted(positions, key=positions.__getitem__) == drained(turns)
    assert sorted(positions.values()) == list(range(1, 9))


def test_whoever_leaves_while_waiting_gives_up_their_turn() -> None:
    turns, rows = queued("abab")
    assert turns.remove(rows[1])
    assert not turns.remove(rows[1])

    assert turns.position(rows[3]) == 2
    assert drained(turns) == ["a1", "b2", "a2"]
