"""The report on a view of the dashboard: its figures, its charts, its first rows."""

from collections.abc import Callable

from core.plugins.types import ReviewSubject
from core.review.types import FeedbackRow, Header, Kpis
from core.review.words import in_words, period_words
from plugins.pdf.charts import charts
from plugins.pdf.document import Document
from plugins.pdf.words import interval, moment, percent


def review_report(subject: ReviewSubject) -> bytes:
    document = Document(f"Feedback, {period_words(subject.filter)}", subject.at)
    document.heading("Feedback", f"As it stood on {moment(subject.at)}; made for {subject.by}")
    document.facts((("Filters", in_words(subject.filter)),))
    _figures(document, subject.header)
    charts(document, subject)
    _rows(document, subject)
    return document.finished()


def _figures(document: Document, header: Header) -> None:
    now, before = header.current, header.previous
    document.section("Figures")
    lines: list[tuple[str, Callable[[Kpis], str], str]] = [
        ("Ratings", lambda kpis: f"{kpis.rated:,}", ""),
        ("Runs", lambda kpis: f"{kpis.runs:,}", ""),
        ("Coverage", lambda kpis: percent(kpis.coverage), f"n = {now.runs:,} runs"),
        (
            "Rated 4 or 5",
            lambda kpis: percent(kpis.positive_share),
            _beside(now, interval(header.positive_interval)),
        ),
        ("Mean rating", lambda kpis: _mean(kpis), _beside(now, _mean_interval(header))),
        ("Raters", lambda kpis: f"{kpis.raters:,}", ""),
        ("Not triaged yet", lambda kpis: f"{kpis.untriaged:,}", ""),
    ]
    document.listing(
        ("Figure", "This period", "95 % interval, n", "Period before"),
        [(name, of(now), beside, of(before) if before else "–") for name, of, beside in lines],
        (30, 20, 35, 20),
        ("LEFT", "RIGHT", "LEFT", "RIGHT"),
    )


def _beside(kpis: Kpis, found: str) -> str:
    return f"{found}, n = {kpis.rated:,}".removeprefix(", ")


def _mean(kpis: Kpis) -> str:
    return "–" if kpis.mean_rating is None else f"{kpis.mean_rating:.2f}"


def _mean_interval(header: Header) -> str:
    found = header.mean_interval
    return "" if found is None else f"{found.low:.2f}–{found.high:.2f}"


def _rows(document: Document, subject: ReviewSubject) -> None:
    shown = len(subject.rows)
    title = (
        "Ratings" if shown == subject.total.n else f"The first {shown} of {subject.total} ratings"
    )
    document.section(f"{title}, {subject.sort} first")
    if not shown:
        document.note("No rating matches the filters.")
        return
    document.listing(
        ("When (UTC)", "Rating", "By", "Model", "Prompt", "Tags", "Comment", "Status"),
        [_row(row) for row in subject.rows],
        (20, 8, 13, 15, 22, 13, 22, 10),
    )


def _row(row: FeedbackRow) -> tuple[str, ...]:
    said = row.feedback
    return (
        f"{said.created_at:%Y-%m-%d %H:%M}",
        f"{said.rating} of 5",
        row.username,
        f"{row.model} {row.revision[:8]}",
        "removed" if row.run_erased_at else _short(row.prompt),
        ", ".join(said.tags),
        _short(said.comment),
        said.review_status.replace("_", " "),
    )


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
