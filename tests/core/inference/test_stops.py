"""Stop strings are never shown, however they are cut into pieces."""

import pytest

from core.inference.stops import StopCutter


@pytest.mark.parametrize(
    ("pieces", "released", "met"),
    [
        (["One. ", "Two"], ["One. ", "Two"], False),
        (["One. T", "wo. Th", "ree"], ["One. ", "Two. ", ""], True),
        (["One Three Two"], ["One "], True),
        (["Th", "en Thr", "ift"], ["", "Then ", "Thrift"], False),
        (["a Three b Two"], ["a "], True),
        (["", "Three"], ["", ""], True),
    ],
)
def test_what_may_begin_a_stop_string_waits(
    pieces: list[str], released: list[str], met: bool
) -> None:
    cutter = StopCutter(("Three", "Thrice"))
    told = [cutter.push(piece) for piece in pieces]
    assert [text for text, _ in told] == released
    assert told[-1][1] == met
    assert cutter.text == "".join(released)


def test_what_waited_is_released_at_the_end() -> None:
    cutter = StopCutter(("Three",))
    cutter.push("One Thr")
    assert cutter.flush() == "Thr"
    assert cutter.text == "One Thr"
