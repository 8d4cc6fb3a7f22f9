"""The quality page: the advice on the phrase that the address names, set and undone at a click."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.feedback.types import Verdict
from core.permissions import Actor, Role
from tests.core.quality.boxes import judged
from tests.core.review import rows
from tests.pages.conftest import Visitor, component_data, texts
from ui.samples import samples


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ADMIN)


@pytest.fixture
def ann(visitor: Visitor) -> Actor:
    return rows.person(visitor.bench.database, "ann")


@pytest.fixture
def model_id(visitor: Visitor, ann: Actor) -> UUID:
    """Verdicts on "red circle": 20 right from .7, then half of 20 at .5; 3 on "blue star"."""
    database = visitor.bench.database
    made = rows.model(database, "detection", "shapes")
    for place in range(20):
        good = Verdict.RIGHT if place % 2 else Verdict.ABSENT
        judged(
            database,
            ann,
            made,
            [("red circle", 0.7, Verdict.LOOSE), ("red circle", 0.5, good)],
            rating=2 + place % 4,
        )
    judged(database, ann, made, [("blue star", 0.6, Verdict.WRONG_LABEL)] * 3, rating=1)
    return made


def metric(app: AppTest, label: str) -> str:
    return next(str(each.value) for each in app.metric if each.label == label)


def test_without_verdicts_it_says_where_they_come_from(admin: Visitor) -> None:
    app = admin.open("quality")
    assert not app.exception
    assert not app.error
    assert "No verdicts match these filters. Boxes are judged under a detection" in texts(app)
    assert "None: boxes of every phrase are shown from their model's own score" in texts(app)


@pytest.mark.usefixtures("model_id")
def test_each_phrase_has_its_line(admin: Visitor) -> None:
    app = admin.open("quality")
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["Phrase"]) == ["red circle", "blue star"]
    assert list(table["Judged"]) == [40, 3]
    assert list(table["Advised"].fillna(0)) == [0.7, 0]
    assert list(table["Default"]) == ["0.32", "0.32"]
    assert "1 has fewer than 30 verdicts" in texts(app)


@pytest.mark.usefixtures("model_id")
def test_the_address_names_phrase_and_precision(admin: Visitor) -> None:
    app = admin.open("quality", phrase="Red Circle", precision="0.75")
    assert not app.exception
    assert app.slider(key="quality-precision").value == 0.75
    assert metric(app, "Advised cut") == "0.50"
    assert metric(app, "Precision at it") == "75%"
    app.slider(key="quality-precision").set_value(0.9).run()
    assert metric(app, "Advised cut") == "0.70"
    assert "precision" not in app.query_params
    app.slider(key="quality-precision").set_value(0.8).run()
    assert app.query_params["precision"] == "0.8"
    app.selectbox(key="review-rating_min").set_value(1).run()
    assert app.query_params["precision"] == "0.8"
    assert app.query_params["rating_min"] == "1"
    assert metric(app, "Boxes kept") == "50%"


@pytest.mark.usefixtures("model_id")
def test_a_cut_becomes_the_default_and_is_taken_back(admin: Visitor) -> None:
    app = admin.open("quality", phrase="red circle")
    app.button(key="quality-set").click().run()
    assert not app.exception
    assert admin.actor is not None
    (kept,) = admin.bench.quality.defaults(admin.actor)
    assert (kept.model, kept.phrase, kept.threshold) == ("shapes", "red circle", 0.7)
    assert app.button(key="quality-set").disabled
    assert list(app.dataframe[0].value["Default"]) == ["0.70 (own)", "0.32"]
    app.button(key="quality-undo").click().run()
    assert admin.bench.quality.defaults(admin.actor) == ()
    app.button(key="quality-undo").click().run()
    assert admin.bench.quality.defaults(admin.actor) == (kept,)
    app.button(key="quality-remove-shapes-red circle").click().run()
    assert not app.exception
    assert admin.bench.quality.defaults(admin.actor) == ()


@pytest.mark.usefixtures("model_id")
def test_too_few_verdicts_are_said_to_be(admin: Visitor) -> None:
    app = admin.open("quality", phrase="blue star")
    assert "Not enough verdicts: 3 of at least 30" in texts(app)
    assert not any(button.key == "quality-set" for button in app.button)
    assert "No box of this phrase was judged" in texts(admin.open("quality", phrase="nothing"))
    assert "No cut reaches" not in texts(app)


def test_a_precision_that_cannot_be_is_refused(admin: Visitor) -> None:
    for said in ("2", "x", "nan"):
        app = admin.open("quality", precision=said)
        assert "“precision” is" in texts(app), said


@pytest.mark.parametrize("page", ["quality", "raters"])
@pytest.mark.parametrize("role", [Role.ANALYST, Role.GUEST])
def test_only_reviewers_see_it(visitor: Visitor, page: str, role: Role) -> None:
    assert "not allowed for your role" in texts(visitor.sign_in(role).open(page))


@pytest.mark.usefixtures("model_id")
def test_the_detection_page_shows_a_phrase_from_its_cut(admin: Visitor, ann: Actor) -> None:
    app = admin.open("quality", phrase="red circle")
    app.button(key="quality-set").click().run()
    app = admin.open("detection", sample=samples()[0].file)
    app.text_area(key="detection-phrases").set_value("red circle. pink heart").run()
    assert "From verdicts: “red circle” 0.70" in texts(app)
    app.button(key="detection-detect").click().run()
    assert not app.exception
    assert component_data(app, "boxview")["cuts"] == {"red circle": 0.7}
    app.slider(key="detection-threshold-shapes").set_value(0.5).run()
    assert "From verdicts" not in texts(app)
    app.button(key="detection-detect").click().run()
    assert component_data(app, "boxview")["cuts"] == {}
