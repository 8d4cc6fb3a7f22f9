"""The charts of the dashboard, drawn from the same figures as on its page."""

from core.plugins.types import ReviewSubject
from core.review.chart_types import ByRating, Charts, Phrases, ScoreBin, SettingsMap, Tags
from core.runs.types import Task
from plugins.pdf.document import ACCENT, Colour, Document
from plugins.pdf.drawing import Length, Spread, height_of, legend, lengths, spreads, stacks
from plugins.pdf.trend import trend_chart
from plugins.pdf.words import interval, percent

_OTHER: Colour = (201, 134, 5)
_MOST_MODELS, _MOST_CELLS = 20, 15
_AXES = {
    Task.DETECTION: ("box threshold", "text threshold"),
    Task.GENERATION: ("temperature", "top-p"),
}


def charts(document: Document, subject: ReviewSubject) -> None:
    """All that have anything to show."""
    drawn = subject.charts
    _ratings(document, ByRating(subject.header.current.by_rating))
    trend_chart(document, drawn.trend)
    _models(document, drawn)
    for one in drawn.settings:
        _settings(document, one)
    _phrases(document, drawn.phrases)
    _scores(document, drawn.scores)
    _tags(document, drawn.tags)


def _ratings(document: Document, ratings: ByRating) -> None:
    if not ratings.n:
        return
    document.section(f"Ratings given, n = {ratings.n:,}", needs=height_of(5))
    rows = [
        Length(f"{rating} of 5", n, f"{n:,}, {n / ratings.n:.0%}")
        for rating, n in enumerate(ratings.counts, start=1)
    ]
    lengths(document, rows[::-1])


def _models(document: Document, drawn: Charts) -> None:
    if not drawn.models:
        return
    shown = drawn.models[:_MOST_MODELS]
    title = "Rated 4 or 5 by model, with 95 % intervals"
    document.section(title, needs=height_of(len(shown)))
    spreads(
        document,
        [
            Spread(
                f"{each.model} {each.revision[:8]}, {each.task}",
                each.ratings.positive_share or 0.0,
                each.positive_interval,
                _said(
                    each.ratings.positive_share, interval(each.positive_interval), each.ratings.n
                ),
            )
            for each in shown
        ],
    )
    _rest(document, len(drawn.models) - _MOST_MODELS, "models")


def _settings(document: Document, one: SettingsMap) -> None:
    cells = sorted(one.cells, key=lambda cell: -cell.ratings.n)
    x, y = _AXES[one.task]
    document.section(f"Ratings by {x} and {y}", needs=30)
    document.listing(
        (x.capitalize(), y.capitalize(), "Ratings", "Mean", "Rated 4 or 5"),
        [
            (
                f"{cell.x:g}",
                f"{cell.y:g}",
                f"{cell.ratings.n:,}",
                f"{cell.ratings.mean or 0:.2f}",
                percent(cell.ratings.positive_share),
            )
            for cell in cells[:_MOST_CELLS]
        ],
        (20, 20, 20, 20, 20),
        ("RIGHT",) * 5,
    )
    _rest(document, len(cells) - _MOST_CELLS, "pairs of settings")


def _phrases(document: Document, phrases: Phrases) -> None:
    judged = [each for each in phrases.shown if each.n]
    if not judged:
        return
    title = "Precision by phrase, of judged boxes, with 95 % intervals"
    document.section(title, needs=height_of(len(judged)))
    spreads(
        document,
        [
            Spread(
                each.phrase,
                each.precision or 0.0,
                each.interval,
                _said(each.precision, interval(each.interval), each.n),
            )
            for each in judged
        ],
    )
    _rest(document, phrases.total - len(phrases.shown), "phrases")


def _scores(document: Document, bins: tuple[ScoreBin, ...]) -> None:
    if not bins:
        return
    n = sum(each.correct + each.wrong for each in bins)
    document.section(f"Scores of judged boxes, n = {n:,}", needs=60)
    left, _, width = stacks(
        document, [(each.correct, each.wrong) for each in bins], (ACCENT, _OTHER), 36
    )
    y = document.y + 1
    for place, word in ((0.0, "score 0"), (0.5, "0.5"), (1.0, "1")):
        document.label(left + width * place - 10, y, word, 20, "C")
    document.set_xy(document.l_margin, y + 3)
    legend(document, (("right or loose", ACCENT), ("wrong", _OTHER)))


def _tags(document: Document, tags: Tags) -> None:
    alone = {pair.one: pair.n for pair in tags.pairs if pair.one == pair.other}
    if alone:
        document.section("Tags used most", needs=height_of(len(alone)))
        lengths(document, [Length(tag, alone[tag], f"{alone[tag]:,}") for tag in tags.tags])


def _said(share: float | None, beside: str, n: int) -> str:
    return f"{percent(share)} ({beside}), n = {n:,}" if beside else f"{percent(share)}, n = {n:,}"


def _rest(document: Document, n: int, what: str) -> None:
    if n > 0:
        document.note(f"{n:,} further {what} are on the page.")
