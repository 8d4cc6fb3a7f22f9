"""Markdown of a model: what is formatted, what stays text, and that neither can do anything."""

import pytest

from ui.components.markdown import formatted


@pytest.mark.parametrize(
    "text",
    [
        "",
        " Three red circles.",
        "One line\nand another.\n\nA new paragraph.",
        "2 * 3 * 4 and snake_case_name, $a_1$ and a < b > c &amp; d",
        "    indented from the start",
        "<b>a tag</b>",
    ],
)
def test_text_without_markdown_has_no_form_of_its_own(text: str) -> None:
    assert formatted(text) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("# A title", "<h1>A title</h1>"),
        ("**bold** and *slanted*", "<strong>bold</strong> and <em>slanted</em>"),
        ("~~gone~~", "<s>gone</s>"),
        ("- a\n- b", "<li>a</li>"),
        ("3. c\n4. d", '<ol start="3">'),
        ("| n |\n|--:|\n| 1 |", '<td style="text-align:right">1</td>'),
        ("```py\na < b\n```", '<pre><code class="language-py">a &lt; b\n</code></pre>'),
        ("*one*\ntwo", "<em>one</em><br />\ntwo"),
        ("**x** <b onclick=y>", "&lt;b onclick=y&gt;"),
        ("**x** ![a *chart*](https://e.org/x.png)", "a chart (https://e.org/x.png)"),
    ],
)
def test_markdown_becomes_html(text: str, part: str) -> None:
    assert part in str(formatted(text))


@pytest.mark.parametrize("address", ["https://e.org", "http://e.org/a?b=c", "mailto:a@e.org"])
def test_links_open_elsewhere_and_tell_nothing(address: str) -> None:
    assert formatted(f"[here]({address})") == (
        f'<p><a href="{address}" target="_blank" rel="noopener noreferrer nofollow">here</a></p>\n'
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc",
        "/users",
        "#x",
    ],
)
def test_other_addresses_stay_text(address: str) -> None:
    assert formatted(f"**x** [here]({address})") == (
        f"<p><strong>x</strong> [here]({address})</p>\n"
    )


@pytest.mark.parametrize(
    "formula", [r"\(a_1*b*c\)", r"$x_i * y_i*z$", r"\[\frac{a}{b}\]", "$$a*b*c$$"]
)
def test_formulas_stay_as_they_were_written(formula: str) -> None:
    assert formatted(f"**x** {formula}") == f"<p><strong>x</strong> {formula}</p>\n"


def test_prices_are_no_formulas() -> None:
    assert "<em>" in str(formatted("from $5 *down* to $3"))


@pytest.mark.parametrize("text", ["> " * 40 + "**deep**", "- " * 5000 + "deep", "*a* " * 40_000])
def test_what_would_be_shown_in_part_only_is_left_as_text(text: str) -> None:
    assert formatted(text) is None
