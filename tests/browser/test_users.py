"""An admin at the page of users, and what it does to people whose pages are open."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.product import Product, manage
from core.accounts.types import COOKIE_NAME
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import settle, sign_in, wait_until

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]


@pytest.fixture
def admin(page: Page, people: People) -> Page:
    """The page of users, as grace has it open."""
    people.enter(page, "grace", "/users")
    expect(page.get_by_role("heading", name="Users")).to_be_visible()
    return page


def find(page: Page, name: str) -> None:
    """By keyboard alone: `/` and a name, then a cell of the table, which opens its row."""
    search = page.get_by_role("searchbox", name="Search")

    def heard() -> bool:
        """Not before the last part of the page is there."""
        page.keyboard.press("/")
        return bool(search.evaluate("(field) => field === document.activeElement"))

    wait_until(heard)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 to 1 of 1 user")).to_be_visible()
    settle(page)
    grid = page.get_by_test_id("data-grid-canvas").first
    grid.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    settle(page)


def answer(page: Page, step: str, label: str) -> None:
    """Take a step that asks, and confirm, with Enter."""
    page.get_by_role("button", name=step, exact=True).press("Enter")
    yes = page.get_by_role("dialog").get_by_role("button", name=label, exact=True)
    expect(yes).to_be_visible()
    yes.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settle(page)


def test_who_is_disabled_is_out_at_the_next_click_and_so_is_their_cookie(
    admin: Page, new_context: NewContext, product: Product, people: People
) -> None:
    theirs = new_context().new_page()
    theirs.route("**/auth/session*", lambda route: route.abort())  # or they are out before a click
    people.enter(theirs, "wei", "/account")
    cookies = {c["name"]: c["value"] for c in theirs.context.cookies() if "name" in c}
    stolen = {COOKIE_NAME: cookies[COOKIE_NAME]}
    runs = f"{product.address}/api/v1/runs"
    assert httpx2.get(runs, cookies=stolen).status_code == 200

    find(admin, "wei")
    _shoot(admin, "users-detail")
    answer(admin, "Disable", "Disable wei")
    expect(admin.get_by_text("wei is now disabled.")).to_be_visible()
    assert httpx2.get(runs, cookies=stolen).status_code == 401
    theirs.get_by_role("link", name="History").click()
    expect(theirs.get_by_label("Username", exact=True)).to_be_visible()

    admin.get_by_role("button", name="Undo").press("Enter")
    expect(admin.get_by_text("wei is as before.")).to_be_visible()
    assert httpx2.get(runs, cookies=stolen).status_code == 401  # that sign-in is over for good
    people.enter(theirs, "wei", "/account")


@pytest.mark.slow
def test_an_admin_demoted_before_the_dialog_cannot_answer_it(admin: Page, product: Product) -> None:
    admin.route("**/auth/session*", lambda route: route.abort())  # or the dialog goes by itself
    find(admin, "wei")
    admin.get_by_role("button", name="Disable", exact=True).click()
    yes = admin.get_by_role("dialog").get_by_role("button", name="Disable wei")
    expect(yes).to_be_visible()
    manage(product, "users", "role", "grace", "analyst")
    try:
        yes.click()
        expect(admin.get_by_text("not allow").first).to_be_visible()
        listed = manage(product, "users", "list")
        [line] = [line.split() for line in listed.splitlines() if line.startswith("wei ")]
        assert line[2] == "active"
    finally:
        manage(product, "users", "role", "grace", "admin")


def test_a_file_with_bad_lines_adds_nobody_and_a_mended_one_all(
    admin: Page, new_context: NewContext, tmp_path: Path
) -> None:
    admin.get_by_role("button", name="Add from a file").click()
    chosen = admin.locator("input[type=file]")
    bad = b"username,role\nbea,guest\nwei,analyst\ncid,analyst\nd d,admin\ndee,admin\n"
    chosen.set_input_files({"name": "team.csv", "mimeType": "text/csv", "buffer": bad})
    expect(admin.get_by_text("2 lines cannot be used")).to_be_visible()
    expect(admin.get_by_text("There is already a user of that name.")).to_be_visible()
    _shoot(admin, "users-file")
    mended = b"username,role\nbea,guest\ncid,analyst\ndee,admin\n"
    admin.get_by_role("button", name="Remove team.csv").click()
    chosen.set_input_files({"name": "team.csv", "mimeType": "text/csv", "buffer": mended})
    admin.get_by_role("button", name="Add 3 users").click()
    expect(admin.get_by_text("3 users are added")).to_be_visible()
    with admin.expect_download() as caught:
        admin.get_by_role("button", name="Download passwords").click()
    saved = tmp_path / "passwords.csv"
    caught.value.save_as(saved)
    lines = list(csv.DictReader(io.StringIO(saved.read_text("utf-8-sig"))))
    assert [line["username"] for line in lines] == ["bea", "cid", "dee"]
    admin.get_by_role("button", name="I have saved them").click()
    expect(admin.get_by_text("3 users are added")).to_have_count(0)

    newcomer = new_context(width=420, scheme="dark").new_page()
    newcomer.goto("/users")
    sign_in(newcomer, "dee", lines[2]["temporary_password"])
    expect(newcomer.get_by_role("textbox", name="New password").first).to_be_visible()


def _shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")
