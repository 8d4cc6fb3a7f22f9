"""The line that says that made-up ratings are among the figures."""

from core.permissions import Role
from db.models import User
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts


def with_ratings(visitor: Visitor, *, demo: bool) -> None:
    """One real rating and, if wanted, one of a demo run by a demo person."""
    database = visitor.bench.database
    model = rows.model(database, "generation", "writer")
    people = [rows.person(database, "ann")]
    if demo:
        people.append(rows.person(database, "made.up"))
        with database.unit_of_work() as session:
            session.get_one(User, people[1].user_id).demo = True
    for person in people:
        run = rows.run(database, person, model, demo=person is not people[0])
        visitor.bench.feedback.rate(person, run, 3)


def figure(app: object, label: str) -> str:
    return next(str(each.value) for each in app.metric if each.label == label)  # type: ignore[attr-defined]


def test_without_demo_data_there_is_no_line(visitor: Visitor) -> None:
    visitor.sign_in(Role.ADMIN)
    with_ratings(visitor, demo=False)
    assert "demo" not in texts(visitor.open("feedback"))
    assert "demo" not in texts(visitor.open(""))


def test_feedback_page_counts_demo_ratings_and_hides_them(visitor: Visitor) -> None:
    visitor.sign_in(Role.ADMIN)
    with_ratings(visitor, demo=True)
    app = visitor.open("feedback", rating_min="2")
    assert not app.exception
    assert "Among all ratings, 1 is demo data." in texts(app)
    assert figure(app, "Rated") == "2"
    app = app.button(key="hide_demo").click().run()
    assert app.query_params == {"rating_min": "2", "demo": "false"}
    assert figure(app, "Rated") == "1"
    assert "demo data" not in texts(app)


def test_home_leads_an_admin_to_the_real_ones(visitor: Visitor) -> None:
    visitor.sign_in(Role.ADMIN)
    with_ratings(visitor, demo=True)
    app = visitor.open("")
    assert "Among all ratings, 1 is demo data." in texts(app)
    assert "Add an analyst (done)" in [link.label for link in app.page_link]
    [link] = [link for link in app.page_link if link.label == "Hide them"]
    assert link.proto.query_string == "demo=false"


def test_analysts_are_not_told(visitor: Visitor) -> None:
    visitor.sign_in(Role.ANALYST)
    with_ratings(visitor, demo=True)
    app = visitor.open("")
    assert not app.error
    assert "demo" not in texts(app)


def test_demo_people_are_named_so_and_are_no_analysts_to_work_with(visitor: Visitor) -> None:
    actor = visitor.sign_in(Role.ADMIN).actor
    assert actor is not None
    person = rows.person(visitor.bench.database, "made.up")
    with visitor.bench.database.unit_of_work() as session:
        user = session.get_one(User, person.user_id)
        user.demo, user.active = True, False
    assert "Add an analyst" in [link.label for link in visitor.open("").page_link]
    listed = visitor.open("users").dataframe[0].value
    assert list(listed["State"]) == ["active", "demo"]
