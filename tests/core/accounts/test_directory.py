"""People found, a page at a time, and looked at."""

from datetime import timedelta

import pytest

from core.accounts.people_types import PeopleFilter, PeopleOrder
from core.accounts.service import AccountService
from core.accounts.types import SignedIn, UserState
from core.clock import now
from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from core.permissions import Actor, Face, Role
from db.models import Identity, User
from db.session import Database
from tests.core.review import rows


@pytest.fixture
def crowd(database: Database) -> dict[str, User]:
    """One person in each state, and names that a careless search would mix up."""
    moment = now()
    made = {
        "Ana": User(role="analyst"),
        "ANABEL": User(role="admin", last_seen_at=moment),
        "a_b": User(role="guest", active=False),
        "axb": User(role="guest", must_change_password=True),
        "demo.one": User(role="analyst", active=False, demo=True),
        "leaving": User(role="analyst", active=False, erase_at=moment),
        "erased-0a1b2c3d": User(role="analyst", active=False, erase_at=moment, erased_at=moment),
        "zoë": User(role="analyst", last_seen_at=moment - timedelta(days=1), password_hash=None),
    }
    with database.unit_of_work() as session:
        for name, user in made.items():
            user.id, user.username = new_id(), name
            session.add(user)
        session.flush()
        session.add(Identity(issuer="https://id.example", subject="7", user_id=made["zoë"].id))
    return made


def found(accounts: AccountService, root: Actor, wanted: PeopleFilter) -> list[str]:
    return [each.user.username for each in accounts.find_users(root, wanted).people]


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ana", ["Ana", "ANABEL"]),
        (" NAB ", ["ANABEL"]),
        ("a_b", ["a_b"]),
        ("%", []),
        ("ZOË", ["zoë"]),
        ("erased", []),
    ],
)
def test_a_part_of_the_name_finds_people_in_any_case(
    accounts: AccountService, root: Actor, text: str, names: list[str]
) -> None:
    assert found(accounts, root, PeopleFilter(text)) == names


def test_everybody_is_in_exactly_the_state_that_finds_them(
    accounts: AccountService, root: Actor, crowd: dict[str, User]
) -> None:
    by_state: dict[str, UserState] = {}
    for state in UserState:
        page = accounts.find_users(root, PeopleFilter(state=state))
        assert {each.user.state for each in page.people} == {state}
        assert page.total == len(page.people)
        by_state |= {each.user.username: state for each in page.people}
    assert set(by_state) == set(crowd)
    everybody = {each.user.username for each in accounts.find_users(root).people}
    assert everybody == set(crowd) - {"erased-0a1b2c3d"}


@pytest.mark.usefixtures("crowd")
def test_role_narrows_the_list(accounts: AccountService, root: Actor) -> None:
    assert found(accounts, root, PeopleFilter(role=Role.ADMIN)) == ["ANABEL"]
    assert found(accounts, root, PeopleFilter("b", Role.GUEST)) == ["a_b", "axb"]


@pytest.mark.parametrize("order", list(PeopleOrder))
def test_pages_hold_everybody_once_in_order_while_people_are_added(
    accounts: AccountService,
    root: Actor,
    database: Database,
    crowd: dict[str, User],
    order: PeopleOrder,
) -> None:
    whole = [each.user.id for each in accounts.find_users(root, order=order).people]
    walked = []
    cursor = None
    while True:
        page = accounts.find_users(root, order=order, cursor=cursor, limit=2)
        walked += [each.user.id for each in page.people]
        if page.next is None:
            break
        cursor = page.next
        with database.unit_of_work() as session:  # somebody new meanwhile
            session.add(User(id=new_id(), username=f"new-{len(walked)}", role="guest"))
    added = {each.user.id for each in accounts.find_users(root, PeopleFilter("new-")).people}
    assert added
    assert [each for each in walked if each not in added] == whole
    assert len(whole) == len(crowd) - 1
    if order is PeopleOrder.SEEN:
        assert whole[:2] == [crowd["ANABEL"].id, crowd["zoë"].id]


def test_runs_of_thirty_days_ratings_and_ways_in_are_told(
    accounts: AccountService, root: Actor, database: Database, crowd: dict[str, User]
) -> None:
    zoe = accounts.person(root, crowd["zoë"].id).user
    actor = Actor(zoe.id, zoe.username, zoe.role, Face.UI)
    model = rows.model(database, "generation", "m")
    for days in (0, 29, 31):
        rows.run(database, actor, model, at=now() - timedelta(days=days))
    [line] = accounts.find_users(root, PeopleFilter("zoë")).people
    assert (line.runs, line.identity, line.user.has_password) == (2, True, False)
    detail = accounts.person(root, zoe.id)
    assert (detail.runs, detail.ratings, detail.tokens, detail.identity) == (2, 0, 0, True)


def test_nobody_under_the_id_is_not_found(accounts: AccountService, root: Actor) -> None:
    with pytest.raises(NotFound):
        accounts.person(root, new_id())


@pytest.mark.parametrize("cursor", ["nonsense", "é", "bmFtZSA", "c2VlbiBhIGI"])
def test_a_cursor_that_is_none_is_refused(
    accounts: AccountService, root: Actor, cursor: str
) -> None:
    with pytest.raises(Invalid, match="cursor"):
        accounts.find_users(root, cursor=cursor)


@pytest.mark.usefixtures("crowd")
def test_a_cursor_of_another_order_is_refused(accounts: AccountService, root: Actor) -> None:
    cursor = accounts.find_users(root, limit=1).next
    with pytest.raises(Invalid, match="cursor"):
        accounts.find_users(root, order=PeopleOrder.SEEN, cursor=cursor)


@pytest.mark.parametrize("limit", [0, 201])
def test_a_page_has_its_limits(accounts: AccountService, root: Actor, limit: int) -> None:
    with pytest.raises(Invalid, match="200"):
        accounts.find_users(root, limit=limit)


@pytest.mark.parametrize("text", ["x" * 65, "a\0b"])
def test_what_can_be_no_name_is_not_searched_for(
    accounts: AccountService, root: Actor, text: str
) -> None:
    with pytest.raises(Invalid, match="64"):
        accounts.find_users(root, PeopleFilter(text))


def test_only_admins_look_people_up(accounts: AccountService, ana: SignedIn) -> None:
    with pytest.raises(NotAllowed):
        accounts.find_users(ana.actor)
    with pytest.raises(NotAllowed):
        accounts.person(ana.actor, ana.actor.user_id)
