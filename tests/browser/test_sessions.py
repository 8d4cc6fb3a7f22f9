"""Sign-ins that end: the open page notices, and a copy of the cookie is worth nothing."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from bench.product import Product, manage
from core.accounts.types import COOKIE_NAME
from core.errors import Unavailable
from db.session import Database
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import settle, sign_in, sign_out

pytestmark = pytest.mark.browser

ANALYST, ADMIN = "wei", "grace"
NOTICED_MS = 5_000 + 3_000
"""Five seconds, and what a busy machine takes to draw a page."""
_FORM = "Username"


@pytest.fixture(scope="module")
def database(product: Product) -> Iterator[Database]:
    opened = Database(manage(product, "db", "url").strip(), lambda: Unavailable("away"))
    yield opened
    opened.close()


def stolen(page: Page, new_context: Callable[..., BrowserContext]) -> Page:
    """The account page in another browser that has a copy of the cookie."""
    (cookie,) = [each for each in page.context.cookies() if each.get("name") == COOKIE_NAME]
    context = new_context()
    context.add_cookies([{**cookie}])  # type: ignore[typeddict-item]
    thief = context.new_page()
    thief.goto("/account")
    expect(thief.get_by_role("heading", name="Account")).to_be_visible()
    assert thief.request.get("/api/v1/me").status == 200
    return thief


def is_signed_out(page: Page) -> None:
    """Without a click: the form and why it is there; and the cookie opens nothing any more."""
    expect(page.get_by_label(_FORM, exact=True)).to_be_visible(timeout=NOTICED_MS)
    expect(page.get_by_text("You were signed out")).to_be_visible()
    assert page.request.get("/api/v1/me").status == 401
    page.reload()
    expect(page.get_by_label(_FORM, exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Account")).to_have_count(0)


def by_sign_out(page: Page, product: Product, database: Database) -> None:
    sign_out(page)


def by_sign_out_everywhere(page: Page, product: Product, database: Database) -> None:
    page.get_by_role("button", name="Sign out everywhere", exact=True).click()
    page.get_by_role("button", name="Sign out everywhere now").click()


def by_another_password(page: Page, product: Product, database: Database) -> None:
    manage(product, "users", "password", ANALYST, "--password-stdin", typed="boxes by the dozen")


def by_disabling(page: Page, product: Product, database: Database) -> None:
    manage(product, "users", "disable", ANALYST)


def by_rest(page: Page, product: Product, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("update sessions set seen_at = now() - interval '13 hours'"))


def by_age(page: Page, product: Product, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("update sessions set expires_at = now()"))


@pytest.mark.parametrize(
    "end",
    [
        by_sign_out,
        *(
            pytest.param(end, marks=pytest.mark.slow)
            for end in (by_disabling, by_another_password, by_sign_out_everywhere, by_rest, by_age)
        ),
    ],
)
def test_whatever_ends_a_sign_in_ends_its_open_pages_and_copies_of_its_cookie(
    page: Page,
    people: People,
    product: Product,
    database: Database,
    new_context: Callable[..., BrowserContext],
    end: Callable[[Page, Product, Database], None],
) -> None:
    manage(product, "users", "enable", ANALYST)
    page.goto("/account")
    sign_in(page, ANALYST, people[ANALYST])
    second = page.context.new_page()
    second.goto("/account")
    expect(second.get_by_role("heading", name="Account")).to_be_visible()
    thief = stolen(page, new_context)
    settle(page)
    end(page, product, database)
    is_signed_out(thief)
    second.bring_to_front()
    is_signed_out(second)


def test_an_admin_demoted_with_a_page_open_cannot_complete_the_click(
    page: Page, people: People, product: Product
) -> None:
    page.route(
        "**/auth/session*", lambda route: route.abort()
    )  # the page must not notice by itself
    page.goto("/users")
    sign_in(page, ADMIN, people[ADMIN])
    page.get_by_role("button", name="Add user").click()
    form = page.get_by_test_id("stForm")
    form.get_by_label(_FORM, exact=True).fill("sneaked.in")
    settle(page)
    manage(product, "users", "role", ADMIN, "analyst")
    form.get_by_role("button", name="Add user").click()
    expect(page.get_by_text("does not allow this")).to_be_visible()
    assert "sneaked.in" not in manage(product, "users", "list")
    page.unroute("**/auth/session*")
    page.reload()
    expect(page.get_by_text("not allowed for your role")).to_be_visible()
    manage(product, "users", "role", ADMIN, "admin")
    expect(page.get_by_role("link", name="Users")).to_be_visible(timeout=NOTICED_MS)
    manage(product, "users", "role", ADMIN, "analyst")
    expect(page.get_by_role("link", name="Users")).to_have_count(0, timeout=NOTICED_MS)
    manage(product, "users", "role", ADMIN, "admin")


@pytest.mark.slow
def test_one_other_sign_in_is_ended_from_the_list(
    page: Page, people: People, new_context: Callable[..., BrowserContext]
) -> None:
    SHOTS.mkdir(exist_ok=True)
    for browser in (page, new_context(width=420, scheme="dark").new_page()):
        browser.goto("/account")
        sign_in(browser, ADMIN, people[ADMIN])
        expect(browser.get_by_text("Chromium on Linux").first).to_be_visible()
        browser.screenshot(path=SHOTS / f"sessions-{browser.viewport_size['width']}.png")  # type: ignore[index]
    page.reload()
    settle(page)
    expect(page.get_by_text(re.compile("this one$"))).to_have_count(1)
    ends = page.get_by_role("button", name="End", exact=True)
    others = ends.count()
    ends.first.click()  # the one used last stands first
    expect(ends).to_have_count(others - 1)
    is_signed_out(browser)
    expect(page.get_by_role("heading", name="Account")).to_be_visible()


def test_a_link_in_another_sites_page_leads_where_it_says(page: Page, people: People) -> None:
    page.goto("/account")
    sign_in(page, ADMIN, people[ADMIN])
    link = page.url.replace("/account", "/history?text=red")
    page.route(
        "http://mail.example/**",
        lambda route: route.fulfill(body=f'<a href="{link}">Look</a>', content_type="text/html"),
    )
    page.goto("http://mail.example/")
    page.get_by_role("link", name="Look").click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    expect(page).to_have_url(re.compile("text=red"))


@pytest.mark.parametrize(
    "token",
    [
        "eyJhbGciOiJub25lIn0.eyJ1c2VybmFtZSI6ImFkbWluIn0.",
        "eyJhbGciOiJIUzUxMiJ9.eyJ1c2VybmFtZSI6ImFkbWluIn0.c29tZV9rZXk",
        "x" * 3000,
    ],
    ids=["none", "HS512", "huge"],
)
def test_a_forged_cookie_is_shown_the_sign_in_form(
    page: Page, product: Product, token: str
) -> None:
    page.context.add_cookies([{"name": COOKIE_NAME, "value": token, "url": product.address}])
    page.goto("/users")
    expect(page.get_by_label(_FORM, exact=True)).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_open_pages_show_a_notice_within_seconds(
    page: Page, people: dict[str, str], new_context: Callable[..., BrowserContext]
) -> None:
    """The sign-in page, and one on which nobody does anything."""
    stranger = new_context().new_page()
    stranger.goto("/detection")
    expect(stranger.get_by_label(_FORM, exact=True)).to_be_visible()
    page.goto("/account")
    sign_in(page, ADMIN, people[ADMIN])
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    headers = {"Origin": page.url.removesuffix("/account")}
    told = page.request.put("/api/v1/notice", data={"text": "Back at *noon*."}, headers=headers)
    assert told.ok
    for open_page in (page, stranger):
        open_page.bring_to_front()
        expect(open_page.get_by_text("Back at *noon*.")).to_be_visible(timeout=NOTICED_MS)
    assert page.request.delete("/api/v1/notice", headers=headers).ok
    for open_page in (page, stranger):
        open_page.bring_to_front()
        expect(open_page.get_by_text("Back at *noon*.")).to_have_count(0, timeout=NOTICED_MS)
