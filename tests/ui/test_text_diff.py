"""Marks of what was changed in a text."""

from streamlit.testing.v1 import AppTest


def shown(before: str, after: str) -> tuple[str, str]:
    def page(before: str, after: str) -> None:
        from ui.components.text_diff import text_diff

        text_diff(before, after)

    app = AppTest.from_function(page, args=(before, after)).run()
    assert not app.exception
    (html,) = (each for each in app.main if each.type == "html")
    return html.proto.body, app.caption[0].value


def test_changes_are_marked_by_more_than_colour() -> None:
    html, legend = shown("Three red cats.", "Two red cats, really.")
    assert "line-through" in html.split("Three</del>")[0]
    assert "underline" in html.split("Two</ins>")[0]
    assert legend == "Struck through: removed; underlined: added"


def test_a_text_is_never_taken_for_tags() -> None:
    html, _ = shown("<img src=x onerror=alert(1)>", "<script>alert(2)</script> & more")
    assert "<img" not in html
    assert "<script" not in html
    assert "&amp; more" in html


def test_a_line_end_that_changed_can_be_seen() -> None:
    html, legend = shown("one\ntwo", "one\n\ntwo")
    assert "↵" in html
    assert "added" in legend


def test_equal_texts_say_so() -> None:
    assert shown("same", "same") == (shown("same", "same")[0], "Nothing was changed")
