"""How much is read at a time follows what reading and writing take."""

from core.inference.textengine.pace import Pace


def read(pace: Pace, *sizes: int) -> None:
    """Passes of 20 ms and half a millisecond for each token."""
    for tokens in sizes:
        pace.read(tokens, 0.02 + 0.0005 * tokens)


def test_reading_takes_as_long_as_writing_while_somebody_is_written() -> None:
    pace = Pace(most=4096)
    for _ in range(40):
        pace.wrote(0.05)
        read(pace, 100, 300)

    assert 58 <= pace.tokens(writing=True) <= 60
    assert pace.tokens(writing=False) == 4096


def test_small_passes_do_not_ask_for_smaller_ones() -> None:
    pace = Pace(most=4096)
    pace.wrote(0.06)
    read(pace, 1000)
    for _ in range(100):
        read(pace, pace.tokens(writing=True))

    assert 78 <= pace.tokens(writing=True) <= 80


def test_a_pass_is_bounded_both_ways() -> None:
    pace = Pace(most=256)
    pace.read(tokens=10**9, seconds=0.1)
    assert pace.tokens(writing=False) == 256

    for _ in range(200):
        pace.read(tokens=1, seconds=5)
        pace.wrote(0.001)
    assert pace.tokens(writing=True) == 16
