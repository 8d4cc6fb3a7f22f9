"""The audit page: the address is the view, an entry opens beside the table, only admins look."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from core.clock import now
from core.ids import new_id
from core.permissions import Actor, Role
from tests.core.audit.conftest import noted
from tests.core.review import rows
from tests.pages.conftest import Visitor, texts


@pytest.fixture
def root(visitor: Visitor) -> Visitor:
    return visitor.sign_in(Role.ADMIN, "root")


@pytest.fixture
def wei(root: Visitor) -> Actor:
    return rows.person(root.bench.database, "wei")


def told(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["What"])


def export_query(app: AppTest) -> dict[str, list[str]]:
    (link,) = [each for each in app.get("link_button") if each.proto.label == "Export CSV"]
    return parse_qs(urlsplit(link.proto.url).query)


def test_entries_are_told_in_words(root: Visitor, wei: Actor) -> None:
    database = root.bench.database
    noted(database, wei, address="192.0.2.7", at=now() + timedelta(minutes=1))
    noted(
        database,
        root.actor,
        action="password_reset",
        target_kind="user",
        target_id=str(wei.user_id),
        face="cli",
        at=now() + timedelta(minutes=2),
    )
    app = root.open("audit")
    assert not app.exception
    assert told(app)[:2] == ["Reset the password of wei", "Signed in"]
    table = app.dataframe[0].value
    assert list(table["Who"])[:2] == ["root", "wei"]
    assert table["To"][0] == "wei"
    assert list(table["From"])[:2] == ["the command line", "192.0.2.7, the pages"]
    assert "1 to " in texts(app)


def test_the_address_sets_the_filters_and_filters_set_the_address(
    root: Visitor, wei: Actor
) -> None:
    database = root.bench.database
    noted(database, wei)
    noted(database, wei, action="exported", target_kind="export", target_id="runs csv")
    app = root.open("audit", by="wei", action="exported", face="ui", since="2026-03-01")
    assert told(app) == ["Exported runs csv"]
    assert app.text_input(key="audit-by").value == "wei"
    assert app.multiselect(key="audit-action").value == ["exported"]
    assert app.selectbox(key="audit-face").value == "ui"
    assert export_query(app) == {
        "by": ["wei"],
        "action": ["exported"],
        "face": ["ui"],
        "since": ["2026-03-01"],
    }
    app.multiselect(key="audit-action").set_value(["signed_in", "exported"]).run()
    assert told(app) == ["Exported runs csv", "Signed in"]
    assert app.query_params["action"] == ["signed_in", "exported"]
    app.selectbox(key="audit-preset").set_value("Last 7 days").run()
    assert "Nothing matches these filters" in app.info[0].value
    app.button(key="audit-everything").click().run()
    assert not app.query_params
    app = root.open("audit", by="wei", action="exported")
    assert app.button(key="audit-without-by").label == "Done by: wei"
    app.button(key="audit-without-by").click().run()
    assert set(app.query_params) == {"action"}
    app.button(key="audit-reset").click().run()
    app.text_input(key="audit-text").set_value(" WE ").run()
    assert app.query_params["text"] == "WE"
    assert told(app) == ["Exported runs csv", "Signed in"]


def test_an_entry_tells_what_changed_and_leads_to_whoever_did_it(root: Visitor, wei: Actor) -> None:
    database = root.bench.database
    trace = new_id().hex
    id = noted(
        database,
        root.actor,
        action="reviewed",
        target_kind="feedback",
        target_id=str(new_id()),
        before={"review_status": "new", "assignee_id": None},
        after={"review_status": "fixed", "assignee_id": str(wei.user_id)},
        trace_id=trace,
        at=now() + timedelta(minutes=1),
    )
    noted(database, wei)
    app = root.open("audit", entry=str(id))
    assert app.subheader[0].value == "Reviewed a rating"
    (table,) = app.table
    assert [tuple(row) for row in table.value.astype(str).itertuples(index=False)] == [
        ("Assignee", "–", "wei"),
        ("Review status", "new", "fixed"),
    ]
    assert trace in texts(app)
    app.button(key="audit-all-by").click().run()
    assert dict(app.query_params) == {"by": "root"}
    app = root.open("audit", entry=str(id))
    app.button(key="audit-all-trace").click().run()
    assert told(app) == ["Reviewed a rating"]
    app = root.open("audit", entry=str(id), by="root")
    app.button(key="audit-close").click().run()
    assert set(app.query_params) == {"by"}


def test_older_entries_are_a_page_away(root: Visitor, wei: Actor) -> None:
    for number in range(27):
        noted(root.bench.database, wei, at=rows.NOON + timedelta(minutes=number))
    app = root.open("audit", by="wei")
    assert len(told(app)) == 25
    app.button(key="audit-older").click().run()
    assert len(told(app)) == 2
    assert app.button(key="audit-older").disabled
    assert "26 to 27" in texts(app)
    assert set(app.query_params) == {"by", "page", "from"}
    app.button(key="audit-newest").click().run()
    assert set(app.query_params) == {"by"}


@pytest.mark.parametrize(
    "query",
    [{"action": "x"}, {"since": "soon"}, {"page": "x"}, {"entry": "x"}, {"text": "x" * 300}],
)
def test_a_broken_address_is_told_and_can_be_left(root: Visitor, query: dict[str, str]) -> None:
    noted(root.bench.database)
    app = root.open("audit", **query)
    assert not app.exception
    assert len(app.error) == 1
    assert "on our side" not in app.error[0].value
    app.button(key="audit-reset").click().run()
    assert told(app)


def test_an_entry_that_is_gone_leaves_the_table(root: Visitor, wei: Actor) -> None:
    noted(root.bench.database, wei)
    app = root.open("audit", entry=str(new_id()))
    assert "There is no such entry" in app.error[0].value
    assert told(app)


def test_text_from_outside_stays_text(root: Visitor) -> None:
    hostile = "[x](javascript:1) :red[c] $a$"
    id = noted(
        root.bench.database,
        address=hostile,
        action="exported",
        target_kind="export",
        target_id=hostile,
        after={"a": hostile, hostile: 1},
    )
    app = root.open("audit", entry=str(id))
    assert not app.exception
    shown = [*texts(app).splitlines(), *(button.label for button in app.button)]
    shown += [str(cell) for cell in app.table[0].value.to_numpy().flatten()]
    assert not [line for line in shown if hostile in line and "`" not in line]
    assert [line for line in shown if r"\[x\](javascript:1)" in line]


@pytest.mark.parametrize("role", [Role.GUEST, Role.ANALYST])
def test_others_do_not_get_in(visitor: Visitor, role: Role) -> None:
    app = visitor.sign_in(role).open("audit")
    assert not app.dataframe
    assert "Export CSV" not in [link.proto.label for link in app.get("link_button")]


def test_a_demoted_admin_cannot_finish_a_click(root: Visitor) -> None:
    app = root.open("audit")
    accounts = root.bench.accounts
    accounts.add_user(accounts.system_actor(), "second", Role.ADMIN, "correct horse battery")
    accounts.set_role(accounts.system_actor(), "root", Role.ANALYST)
    app.text_input(key="audit-text").set_value("wei").run()
    assert not app.query_params
    assert not app.dataframe
