"""The raters page: a line for each rater, their agreement, and the anchors."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from core.permissions import Actor, Role
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts


@dataclass
class Office:
    """An admin at the page, and the people who rate."""

    visitor: Visitor
    root: Actor
    people: dict[str, Actor]
    model_id: UUID

    def rated(self, **ratings: int) -> None:
        """A run of the admin's, with the reference 3, rated by people of these names."""
        bench = self.visitor.bench
        run_id = rows.run(bench.database, self.root, self.model_id)
        bench.requests.ask(self.root, run_id, [self.people[name].user_id for name in ratings], 3)
        for name, rating in ratings.items():
            comment = "why" if rating < 3 else ""
            bench.feedback.rate(self.people[name], run_id, rating, comment=comment)


@pytest.fixture
def office(visitor: Visitor) -> Office:
    actor = visitor.sign_in(Role.ADMIN).actor
    assert actor is not None
    database = visitor.bench.database
    people = {name: rows.person(database, name) for name in ("ann", "bob")}
    return Office(visitor, actor, people, rows.model(database, "generation", "writer"))


def metric(app: AppTest, label: str) -> str:
    return next(str(each.value) for each in app.metric if each.label == label)


def test_without_ratings_it_says_so(office: Office) -> None:
    app = office.visitor.open("raters")
    assert not app.exception
    assert not app.error
    assert "No ratings yet" in texts(app)
    assert metric(app, "Agreement, all ratings") == "–"


def test_each_rater_has_a_line(office: Office) -> None:
    for ann, bob in ((1, 3), (2, 4), (3, 4), (4, 5), (2, 2)):
        office.rated(ann=ann, bob=bob)
    app = office.visitor.open("raters")
    assert not app.exception
    assert not app.error
    table = app.dataframe[0].value
    assert list(table["Rater"]) == ["ann", "bob"]
    assert list(table["Ratings"]) == [5, 5]
    assert list(table["Severity"].round(2)) == [0.6, -0.6]
    assert list(table["Far apart"]) == [40, 40]
    assert list(table["Anchors"]) == [5, 5]
    assert list(table["Off anchors"].round(2)) == [-0.6, 0.6]
    assert metric(app, "Raters") == "2"
    assert "5 runs, 10 ratings" in texts(app)
    assert "10 of 10 rated; 2 exactly as the reference" in texts(app)


def test_the_filter_narrows_agreement_and_figures(office: Office) -> None:
    for ann, bob in ((1, 1), (5, 5), (2, 5), (5, 1)):
        office.rated(ann=ann, bob=bob)
    app = office.visitor.open("raters", rating_max="2")
    assert not app.exception
    assert list(app.dataframe[0].value["Ratings"]) == [2, 2]
    assert metric(app, "Agreement, filtered") == "–"
    assert metric(app, "Agreement, all ratings") != "–"


def test_removing_an_anchor_is_asked_about_first(office: Office) -> None:
    office.rated(ann=2)
    (anchor,) = office.visitor.bench.requests.anchors(office.root)
    app = office.visitor.open("raters")
    assert "reference 3, ann said 2: 1 below" in texts(app)
    assert "a rating that is given stays" in texts(app)
    app.button(key=f"raters-anchors-take-back-{anchor.run_id}-{anchor.user_id}").click().run()
    assert not app.exception
    assert office.visitor.bench.requests.anchors(office.root) == ()
    assert office.visitor.bench.feedback.own(office.people["ann"], anchor.run_id) is not None
