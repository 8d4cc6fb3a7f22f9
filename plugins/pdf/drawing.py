"""The few kinds of drawing that the charts are made of; measures are millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.review.types import Interval
from plugins.pdf.document import ACCENT, INK, LINE, Colour, Document

_NAME, _SAID, _STEP = 56.0, 44.0, 5.5


@dataclass(frozen=True)
class Spread:
    """A share, 0 to 1, and its interval; what is said of it stands beside."""

    name: str
    share: float
    interval: Interval | None
    said: str


@dataclass(frozen=True)
class Length:
    name: str
    n: int
    said: str


def height_of(rows: int) -> float:
    """How much of a page so many rows want to stand on together."""
    return _STEP * rows + 10


def spreads(document: Document, rows: Sequence[Spread]) -> None:
    """A point with its interval for each, on one scale from 0 to 100 %."""
    left, width = document.l_margin + _NAME, document.epw - _NAME - _SAID
    for row in rows:
        document.room(_STEP)
        y = document.y + _STEP / 2
        _frame(document, left, y, width, (0, 0.25, 0.5, 0.75, 1))
        document.set_draw_color(*ACCENT)
        document.set_fill_color(*ACCENT)
        if row.interval:
            document.set_line_width(0.5)
            document.line(left + width * row.interval.low, y, left + width * row.interval.high, y)
            document.set_line_width(0.2)
        document.circle(left + width * row.share, y, 0.9, style="F")
        _beside(document, y, row.name, row.said)
    _scale(document, left, width, ("0%", "50%", "100%"))


def lengths(document: Document, rows: Sequence[Length]) -> None:
    """A bar for each, as long as its count."""
    left, width = document.l_margin + _NAME, document.epw - _NAME - _SAID
    most = max((row.n for row in rows), default=0) or 1
    for row in rows:
        document.room(_STEP)
        y = document.y + _STEP / 2
        document.set_fill_color(*ACCENT)
        if row.n:
            document.rect(left, y - 1.6, max(0.2, width * row.n / most), 3.2, style="F")
        _beside(document, y, row.name, row.said)
    document.ln(1)


def stacks(
    document: Document, columns: Sequence[Sequence[int]], colours: Sequence[Colour], height: float
) -> tuple[float, float, float]:
    """Columns beside one another, each of counts on top of one another, under a scale of them.

    Returns left, top and width of the drawing; below it the document goes on.
    """
    left, width, top = document.l_margin + 12, document.epw - 12, document.y + 2
    most = max(map(sum, columns), default=0) or 1
    step = width / max(len(columns), 1)
    document.label(document.l_margin, top, f"{most:,}", 12, "R")
    document.label(document.l_margin, top + height, "0", 12, "R")
    document.set_draw_color(*LINE)
    document.line(left, top, left + width, top)
    for place, counts in enumerate(columns):
        y = top + height
        for n, colour in zip(counts, colours, strict=True):
            tall = height * n / most
            document.set_fill_color(*colour)
            if n:
                x = left + place * step + 0.1 * step
                document.rect(x, y - tall, 0.8 * step, tall, style="F")
            y -= tall
    document.set_draw_color(*INK)
    document.line(left, top + height, left + width, top + height)
    document.set_xy(document.l_margin, top + height + 1)
    return left, top, width


def legend(document: Document, parts: Sequence[tuple[str, Colour]]) -> None:
    """What each colour is, on one line."""
    y = document.y + 2.5
    width = document.epw / max(len(parts), 3)
    for place, (name, colour) in enumerate(parts):
        x = document.l_margin + place * width
        document.set_fill_color(*colour)
        document.rect(x, y - 1.3, 2.6, 2.6, style="F")
        document.label(x + 3, y, name, width - 4)
    document.set_xy(document.l_margin, y + 3)


def _beside(document: Document, y: float, name: str, said: str) -> None:
    """The name before a mark, and what is said of it after; the next one stands below."""
    document.label(document.l_margin, y, name, _NAME - 1, colour=INK)
    document.label(document.l_margin + document.epw - _SAID + 2, y, said, _SAID - 2)
    document.set_xy(document.l_margin, y + _STEP / 2)


def _frame(document: Document, left: float, y: float, width: float, marks: Sequence[float]) -> None:
    document.set_draw_color(*LINE)
    for mark in marks:
        x = left + width * mark
        document.line(x, y - _STEP / 2, x, y + _STEP / 2)


def _scale(document: Document, left: float, width: float, words: Sequence[str]) -> None:
    y = document.y + 2
    for place, word in enumerate(words):
        x = left + width * place / (len(words) - 1)
        document.label(x - 10, y, word, 20, "C")
    document.set_xy(document.l_margin, y + 3)
