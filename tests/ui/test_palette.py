"""The look of labels."""

import tomllib

import pytest

from core.detection.palette import COLOURS, contrast, style_of
from core.detection.prompt import parse
from ui.navigation import ROOT
from ui.samples import samples

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]


def test_contrast_is_that_of_the_guidelines_worked_examples() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_each_colour_stands_out_in_both_themes(colour: str, theme: str) -> None:
    assert contrast(colour, THEME[theme]["backgroundColor"]) >= 3


@pytest.mark.parametrize("label", [f"label {number}" for number in range(50)])
def test_the_text_on_a_tag_is_readable(label: str) -> None:
    style = style_of(label)
    assert contrast(style.ink, style.colour) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_itself_is_readable(theme: str) -> None:
    colours = THEME[theme]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["textColor"], colours[background]) >= 7
        assert contrast(colours["linkColor"], colours[background]) >= 4.5
    assert contrast("#ffffff", colours["primaryColor"]) >= 4.5


def test_a_label_looks_the_same_whatever_its_case() -> None:
    assert style_of(" Red Circle ") == style_of("red circle")


def test_the_labels_of_a_sample_picture_have_colours_of_their_own() -> None:
    for sample in samples():
        labels = parse(sample.phrases, 50)
        assert len({style_of(label).colour for label in labels}) == len(labels), sample.title
