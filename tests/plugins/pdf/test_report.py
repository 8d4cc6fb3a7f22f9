"""The PDF report: what it says, that it is the same each time, and that nothing breaks it."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from core.plugins.types import Subject
from core.review.types import Total
from plugins.pdf import exporter
from tests.plugins.pdf import subjects

HOSTILE = (
    "<script>alert(1)</script> {nb} \\( ) <</JS(x)>> %%EOF **b** \u202eevil\u202c שלום العربية "
    "\u4e2d\u6587 \U0001f680\u200d \u0000\u0001\ufffd\U0010fffd\t\r\n" + "x" * 120
)


def read(subject: Subject) -> PdfReader:
    return PdfReader(io.BytesIO(exporter.export(subject)))


def text_of(subject: Subject) -> str:
    return " ".join("\n".join(page.extract_text() for page in read(subject).pages).split())


def test_a_detection_is_told_with_picture_boxes_settings_and_rating() -> None:
    said = text_of(subjects.detection())
    for part in ("Boxes found: 2", "pink heart", "0.950", "shapes, revision 0123456789abcdef"):
        assert part in said
    for part in ("2026-11-30 09:30:00 UTC", "forward 61 ms", "4 of 5", "The star is loose."):
        assert part in said
    assert len(read(subjects.detection()).pages[0].images) == 1


def test_a_picture_that_is_gone_is_said_to_be() -> None:
    without = subjects.detection(picture=False)
    assert "not kept any more" in text_of(without)
    assert not read(without).pages[0].images


def test_a_text_is_told_with_prompt_output_claims_and_sampling() -> None:
    said = text_of(subjects.generation())
    for part in ("Findings: 3 red circle.", "There are three red circles", "bear out 1"):
        assert part in said
    for part in ("Seed 7", "Stops at “###”", "12 read, 34 written", "first token 25 ms"):
        assert part in said


def test_a_view_is_told_with_filters_figures_charts_and_rows() -> None:
    said = text_of(subjects.review())
    for part in ("2026-11-01 to 2026-11-30 (UTC); tag: loose box", "63–78%, n = 140"):
        assert part in said
    for part in ("Rated 4 or 5 by day", "a-model-with-a-very-long", "Precision by phrase"):
        assert part in said
    assert "The first 12 of 140 ratings, newest first" in said


def test_a_view_without_ratings_has_a_page_all_the_same() -> None:
    full = subjects.review(rows=0)
    nothing = replace(full.header.current, rated=0, by_rating=(0, 0, 0, 0, 0), mean_rating=None)
    header = replace(full.header, current=nothing, positive_interval=None, mean_interval=None)
    charts = replace(full.charts, trend=replace(full.charts.trend, buckets=(), releases=()))
    charts = replace(charts, models=(), settings=(), scores=(), tags=replace(charts.tags, pairs=()))
    charts = replace(charts, phrases=replace(charts.phrases, shown=()))
    empty = replace(full, header=header, charts=charts, total=Total(0, more=False))
    assert "No rating matches the filters." in text_of(empty)


@pytest.mark.parametrize(
    "subject", [subjects.detection(), subjects.generation(), subjects.review()]
)
def test_the_same_subject_is_the_same_file_and_refers_to_nothing_outside(subject: Subject) -> None:
    made = exporter.export(subject)
    assert made == exporter.export(subject)
    for mark in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"http"):
        assert mark not in made.replace(b"http://www.w3.org", b"").replace(b"http://ns.adobe", b"")
    document = PdfReader(io.BytesIO(made))
    assert document.metadata is not None
    assert document.metadata.title
    assert document.metadata.creation_date == subjects.AT
    assert str(document.root_object["/Lang"]) == "en"


def test_hostile_text_is_written_as_it_stands() -> None:
    said = text_of(subjects.generation(HOSTILE, HOSTILE))
    assert "<script>alert(1)</script> {nb}" in said
    assert "%%EOF **b** " in said
    assert "Page 1 of 2" in said or "Page 1 of 1" in said
    assert "in no font of the server" in said
    text_of(subjects.detection((HOSTILE, "\u4e2d", "\u05e9\u05dc")))
    text_of(subjects.review(HOSTILE, rows=2))


def test_twenty_thousand_characters_are_all_there() -> None:
    long = " ".join(f"w{number}" for number in range(3_300))
    said = text_of(subjects.generation(long))
    assert len(long) > 18_000
    assert all(f"w{number}" in said for number in (0, 1_000, 2_000, 3_299))
