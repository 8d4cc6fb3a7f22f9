from core.inference.textengine.pace import Pace


def test_reading_takes_as_long_as_writing_while_somebody_is_written() -> None:
    pace = Pace(most=4096)
    for _ in range(40):
        pace.wrote(0.05)
        pace.read(tokens=200, seconds=0.1)

    assert 95 <= pace.tokens(writing=True) <= 101
    assert 480 <= pace.tokens(writing=False) <= 501


def test_a_pass_is_bounded_both_ways() -> None:
    pace = Pace(most=256)
    pace.read(tokens=10**9, seconds=0.1)
    assert pace.tokens(writing=False) == 256

    for _ in range(200):
        pace.read(tokens=1, seconds=5)
        pace.wrote(0.001)
    assert pace.tokens(writing=True) == 16
