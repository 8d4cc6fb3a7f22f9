"""The charts of the dashboard: valid specifications, marks in words, and a look for any sight."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import altair
import jsonschema
import pytest

from core.detection.palette import contrast
from core.errors import Invalid
from core.review.chart_types import (
    Bucket,
    ByRating,
    ModelFigures,
    PhraseFigures,
    Phrases,
    Release,
    ScoreBin,
    SettingsCell,
    SettingsMap,
    TagPair,
    Tags,
    Trend,
    Unit,
)
from core.review.types import FeedbackFilter, Interval, JudgedAs, Kpis, TagMatch
from core.runs.types import Task
from tests.ui.test_palette import THEME
from ui.components.review_charts_draw import Drawing, narrowed
from ui.components.review_charts_look import (
    RATING_COLOURS,
    RIGHT,
    WRONG,
    ink_on,
    mean_colour,
    short,
)
from ui.components.review_charts_models import MOST, models_chart
from ui.components.review_charts_phrases import phrases_chart
from ui.components.review_charts_ratings import ratings_chart
from ui.components.review_charts_scores import scores_chart
from ui.components.review_charts_settings import settings_chart
from ui.components.review_charts_tags import tags_chart
from ui.components.review_charts_trend import trend_chart

DAY = date(2026, 3, 2)
SOME = ByRating((1, 0, 2, 3, 4))
NONE = ByRating((0, 0, 0, 0, 0))
HALF = Interval(0.4, 0.6)

TREND = Trend(
    Unit.WEEK,
    (
        Bucket(DAY, DAY + timedelta(days=6), SOME),
        Bucket(DAY + timedelta(days=7), DAY + timedelta(days=13), NONE),
        Bucket(DAY + timedelta(days=14), DAY + timedelta(days=20), SOME),
    ),
    (Release(DAY + timedelta(days=15), Task.DETECTION, "shapes", "s2"),),
)
MODELS = tuple(
    ModelFigures(Task.GENERATION, "reporter", f"r{number}", SOME, HALF, Interval(3, 4))
    for number in range(MOST + 2)
)
MAPS = tuple(
    SettingsMap(task, (SettingsCell(0.3, 0.25, SOME), SettingsCell(1.0, 0.9, SOME)))
    for task in Task
)
PHRASES = Phrases(
    (PhraseFigures("red circle", 6, 2, 1, HALF), PhraseFigures("星", 0, 0, 3, None)), total=40
)
SCORES = tuple(ScoreBin(at / 20, (at + 1) / 20, at % 3, at % 2) for at in range(20))
TAGS = Tags(
    ("style", "untrue"),
    (TagPair("style", "style", 9), TagPair("style", "untrue", 2), TagPair("untrue", "untrue", 4)),
)
KPIS = Kpis(10, 10, 10, 7, 3.9, 2, 1, SOME.counts)

DRAWINGS = {
    drawing.name: drawing
    for drawing in (
        ratings_chart(KPIS),
        trend_chart(TREND),
        models_chart(MODELS),
        *map(settings_chart, MAPS),
        phrases_chart(PHRASES),
        scores_chart(SCORES),
        tags_chart(TAGS),
    )
}
SCHEMA = json.loads(
    next(Path(altair.__file__).parent.glob("vegalite/v*/schema/vega-lite-schema.json")).read_text()
)
drawings = pytest.mark.parametrize("drawing", DRAWINGS.values(), ids=DRAWINGS)


@drawings
def test_a_specification_is_valid_and_a_constant(drawing: Drawing) -> None:
    written = json.dumps(dict(drawing.spec))
    jsonschema.validate(json.loads(written), SCHEMA)
    assert len(written) < 9_000


@drawings
def test_every_selection_speaks_of_fields_that_its_data_have(drawing: Drawing) -> None:
    known = {name for columns in drawing.data.values() for name in columns} | {"rating"}
    for param in drawing.spec["params"]:
        assert set(param["select"]["fields"]) <= known
        assert set(param["views"]) <= {layer.get("name") for layer in drawing.spec["layer"]}
    for columns in drawing.data.values():
        assert len({len(column) for column in columns.values()}) == 1


@drawings
def test_every_mark_says_its_figures_and_leads_somewhere_narrower(drawing: Drawing) -> None:
    assert drawing.marks
    for words, picked in drawing.marks.items():
        assert any(character.isdigit() for character in words)
        assert narrowed(FeedbackFilter(), drawing.narrow, picked) != FeedbackFilter()
    assert "n = " in drawing.title or drawing.name in {"ratings", "tags"}


@drawings
@pytest.mark.parametrize(
    "picked",
    [
        {},
        {"first": "soon", "last": "later"},
        {"rating": "many"},
        {"rating": 77},
        {"task": "x", "model": 1, "revision": None, "x": "a", "y": []},
        {"kind": "x", "phrase": None, "low": "0", "high": None},
        {"one": "", "other": ""},
    ],
)
def test_what_no_mark_stands_for_is_refused_in_words(drawing: Drawing, picked: Any) -> None:
    with pytest.raises(Invalid):
        narrowed(FeedbackFilter(), drawing.narrow, picked)


def test_marks_lead_to_the_rows_they_count() -> None:
    def rows(name: str, **picked: object) -> FeedbackFilter:
        return narrowed(FeedbackFilter(), DRAWINGS[name].narrow, picked)

    week = FeedbackFilter(since=DAY, until=DAY + timedelta(days=6))
    days = {"first": str(week.since), "last": str(week.until)}
    assert rows("trend", **days) == week
    assert rows("trend", **days, rating="2") == FeedbackFilter(
        since=week.since, until=week.until, rating_min=2, rating_max=2
    )
    model = {"task": "generation", "model": "reporter", "revision": "r1"}
    one = FeedbackFilter(task=Task.GENERATION, model="reporter@r1")
    assert rows("trend", **model) == rows("models", **model) == one
    assert rows("settings-detection", task="detection", x=0.3, y=0.25) == FeedbackFilter(
        task=Task.DETECTION, box_threshold=0.3, text_threshold=0.25
    )
    assert rows("phrases", phrase="red circle", kind="missed") == FeedbackFilter(
        phrase="red circle", verdict=JudgedAs.MISSED
    )
    assert rows("scores", kind="incorrect", low=0.5, high=0.55) == FeedbackFilter(
        verdict=JudgedAs.INCORRECT, score_min=0.5, score_max=0.55
    )
    assert rows("tags", one="style", other="untrue") == FeedbackFilter(
        tag=("style", "untrue"), tags=TagMatch.ALL
    )
    assert rows("tags", one="style", other="style").tag == ("style",)
    assert rows("ratings", rating=5) == FeedbackFilter(rating_min=5, rating_max=5)


def test_other_figures_exchange_the_data_alone() -> None:
    """What a chart is embedded by stays the same, so that the browser draws none anew."""
    other = ByRating((5, 5, 5, 5, 5))
    bucket = Bucket(DAY, DAY, other)
    for one, another in (
        (DRAWINGS["trend"], trend_chart(Trend(Unit.DAY, (bucket,), ()))),
        (DRAWINGS["models"], models_chart(MODELS[:1])),
        (
            DRAWINGS["settings-detection"],
            settings_chart(SettingsMap(Task.DETECTION, (SettingsCell(0.1, 0.1, other),))),
        ),
        (DRAWINGS["phrases"], phrases_chart(Phrases(PHRASES.shown[:1], 1))),
        (DRAWINGS["scores"], scores_chart(SCORES[:3])),
        (DRAWINGS["tags"], tags_chart(Tags(("style",), TAGS.pairs[:1]))),
    ):
        assert (one.spec, one.alt, list(one.data)) == (
            another.spec,
            another.alt,
            list(another.data),
        )
        assert one.data != another.data


def test_a_gap_has_no_figures_and_no_row_to_open() -> None:
    steps = DRAWINGS["trend"].data["steps"]
    for name in ("mean", "share", "low_share", "high_share"):
        assert steps[name][1] is None
        assert steps[name][0] is not None
    assert steps["total"] == [10, 0, 10]
    assert not [words for words in DRAWINGS["trend"].marks if "2026-03-09" in words]


def test_nothing_to_draw_says_why() -> None:
    for drawing, why in (
        (trend_chart(Trend(Unit.DAY, (), ())), "No ratings"),
        (models_chart(()), "No ratings"),
        (phrases_chart(Phrases((), 0)), "judge boxes under a detection"),
        (scores_chart(()), "judge boxes under a detection"),
        (tags_chart(Tags((), ())), "No tags"),
    ):
        assert drawing.empty is not None
        assert why in drawing.empty
    assert all(drawing.empty is None for drawing in DRAWINGS.values())


def test_the_menu_has_models_that_the_chart_has_no_room_for() -> None:
    assert len(DRAWINGS["models"].data["models"]["model"]) == MOST
    assert len(DRAWINGS["models"].marks) == len(MODELS)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [*RATING_COLOURS, RIGHT, WRONG])
def test_each_colour_stands_out_in_both_themes(colour: str, theme: str) -> None:
    assert contrast(colour, THEME[theme]["backgroundColor"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_quiet_text_of_charts_is_readable_in_both_themes(theme: str) -> None:
    assert contrast(THEME[theme]["grayColor"], THEME[theme]["backgroundColor"]) >= 4.5


def test_numbers_on_cells_are_readable() -> None:
    assert [mean_colour(rating) for rating in range(1, 6)] == list(RATING_COLOURS)
    for tenth in range(10, 51):
        colour = mean_colour(tenth / 10)
        assert contrast(ink_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (9_949, "9.9k"), (9_950, "10k"), (99_999, "100k")],
)
def test_large_counts_stay_short(n: int, words: str) -> None:
    assert short(n) == words
    assert short(1_234_567) == "1.2M"
