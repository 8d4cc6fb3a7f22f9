"""What changed between two texts, line by line."""

from core.prompts.comparison import changes


def test_lines_taken_out_and_put_in_stand_among_those_that_stay() -> None:
    before = "Write.\n\n" + "\n".join(f"line {n}" for n in range(20)) + "\nEnd"
    after = before.replace("Write.", "Write a note.").replace("\nEnd", "")
    lines = changes(before, after).split("\n")
    assert lines[:3] == ["-Write.", "+Write a note.", " "]
    assert lines[3:-1] == [f" line {n}" for n in range(20)]
    assert lines[-1] == "-End"


def test_equal_texts_have_no_changes() -> None:
    assert changes("a\nb", "a\nb") == ""


def test_what_looks_like_a_mark_of_changes_is_kept() -> None:
    assert changes("--- a", "+++ b") == "---- a\n++++ b"
