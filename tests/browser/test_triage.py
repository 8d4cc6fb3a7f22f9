"""Two admins at the same queue, with the keyboard: each rating once, and no silent overwriting."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bench.product import Product, manage
from tests.browser.conftest import SHOTS
from tests.browser.standing import People
from tests.browser.steps import detect_sample, rate, settle, sign_in, wait_until

pytestmark = pytest.mark.browser

QUEUE = 12
_ROW = re.compile(r"row=([0-9a-f-]+)")


@pytest.fixture(scope="module")
def keys(product: Product, people: People) -> dict[str, str]:
    """API keys of the analyst and an admin; a third person reviews as well."""
    manage(
        product,
        "users",
        "add",
        "hal",
        "--role",
        "admin",
        "--password-stdin",
        typed="a patient third look",
    )
    made = {}
    for name in ("wei", "grace"):
        printed = manage(product, "keys", "add", name, "--label", "test")
        found = re.search(r"gk_\S+", printed)
        assert found
        made[name] = found.group()
    return made


def call(product: Product, key: str, method: str, path: str, **body: Any) -> Any:
    answer = httpx2.request(
        method,
        f"{product.address}/api/v1/{path}",
        headers={"Authorization": f"Bearer {key}"},
        json=body or None,
        timeout=60,
    )
    answer.raise_for_status()
    return answer.json()


def give(product: Product, keys: dict[str, str], count: int, comment: str) -> list[str]:
    """As many rated texts; the ids of the ratings."""
    ids = []
    for number in range(count):
        asked = {"prompt": f"{comment} {number}", "model": "pace", "max_new_tokens": 4}
        run = call(product, keys["wei"], "POST", "generate", **asked)["run_id"]
        said = {"run_id": run, "rating": 1 + number % 5, "comment": f"{comment} {number}"}
        ids.append(call(product, keys["wei"], "POST", "feedback", **said)["id"])
    return ids


def looked_at(product: Product, keys: dict[str, str], id: str) -> Any:
    return call(product, keys["grace"], "GET", f"feedback/{id}")


def reviewed(rating: Any) -> list[tuple[str, str | None]]:
    """Who set which status."""
    return [
        (event["by"], event["after"].get("review_status"))
        for event in rating["history"]
        if event["action"] == "reviewed" and "review_status" in event["after"]
    ]


@pytest.fixture
def admins(
    new_context: Callable[..., BrowserContext], people: People, keys: dict[str, str]
) -> dict[str, Page]:
    opened = {}
    for name, password in (("grace", people["grace"]), ("hal", "a patient third look")):
        page = new_context(1500, 950).new_page()
        page.goto("/account")
        sign_in(page, name, password)
        opened[name] = page
    return opened


def row_of(page: Page) -> str | None:
    found = _ROW.search(page.evaluate("location.href"))
    return found.group(1) if found else None


@pytest.mark.slow
def test_two_admins_empty_one_queue_with_the_keyboard(
    product: Product, keys: dict[str, str], admins: dict[str, Page]
) -> None:
    ids = give(product, keys, QUEUE, "queue")
    for page in admins.values():
        page.goto("/feedback?text=queue&sort=worst")
        settle(page)
        expect(page.get_by_role("button", name=f"Triage {QUEUE} open")).to_be_enabled()
    for page in admins.values():
        page.get_by_role("button", name=re.compile("Triage .* open")).click()
    for page in admins.values():
        expect(page).to_have_url(re.compile("queue="))
        settle(page)
    _shoot(admins["grace"], "triage-queue")

    done: dict[str, list[str]] = {name: [] for name in admins}
    while working := {name: row for name, page in admins.items() if (row := row_of(page))}:
        for name in working:  # both at once: nobody waits for the other
            page = admins[name]
            page.keyboard.press("w" if len(done[name]) % 3 == 2 else "t")
            page.keyboard.press("n")
            page.keyboard.press("n")  # too much: the rating it was meant for has gone
        for name, row in working.items():
            page = admins[name]
            wait_until(lambda page=page, row=row: row_of(page) != row, 30)  # type: ignore[misc]
            done[name].append(row)
        for name in working:
            settle(admins[name])
        assert sum(map(len, done.values())) <= QUEUE
    for page in admins.values():
        expect(page.get_by_text("Nothing is left in this queue")).to_be_visible()

    everything = [row for rows in done.values() for row in rows]
    assert sorted(everything) == sorted(ids), "each rating once"
    assert all(done.values()), "both had some"
    for name, rows in done.items():
        for place, row in enumerate(rows):
            rating = looked_at(product, keys, row)
            wanted = "wont_fix" if place % 3 == 2 else "triaged"
            assert reviewed(rating) == [(name, wanted)], "one change, by whoever had it"
            assert (rating["status"], rating["assignee"]) == (wanted, name)


def test_whoever_comes_second_sees_both_sides(
    product: Product, keys: dict[str, str], admins: dict[str, Page]
) -> None:
    (id,) = give(product, keys, 1, "both")
    for page in admins.values():
        page.goto(f"/feedback?row={id}")
        settle(page)
        expect(page.get_by_role("radio", name="triaged")).to_be_visible()
    first, second = admins["grace"], admins["hal"]
    first.keyboard.press("f")
    wait_until(lambda: looked_at(product, keys, id)["status"] == "fixed")
    second.keyboard.press("w")
    expect(second.get_by_text("Changed meanwhile by grace")).to_be_visible()
    table = second.get_by_test_id("stTable")
    for word in ("Status", "fixed", "won't fix"):
        expect(table).to_contain_text(word)
    _shoot(second, "triage-conflict")
    assert reviewed(looked_at(product, keys, id)) == [("grace", "fixed")]
    second.get_by_role("button", name="Apply mine on top").click()
    expect(second.get_by_text("Changed meanwhile")).to_have_count(0)
    settle(second)
    assert reviewed(looked_at(product, keys, id)) == [("grace", "fixed"), ("hal", "wont_fix")]


def test_many_are_changed_at_once_and_put_back(
    product: Product, keys: dict[str, str], admins: dict[str, Page]
) -> None:
    ids = give(product, keys, 5, "bulk")
    page = admins["grace"]
    page.goto("/feedback?text=bulk")
    settle(page)
    page.get_by_test_id("stDataFrame").first.click(position={"x": 14, "y": 16})
    expect(page.get_by_role("button", name="Change 5 chosen")).to_be_enabled()
    assert "row=" not in page.url
    page.get_by_role("button", name="Change 5 chosen").click()
    page.get_by_role("combobox", name="Status").last.click()
    page.get_by_role("option", name="triaged", exact=True).click()
    settle(page)
    _shoot(page, "triage-bulk")
    call(
        product,
        keys["grace"],
        "PATCH",
        f"feedback/{ids[0]}",
        **{"seen_at": looked_at(product, keys, ids[0])["updated_at"], "note": "meanwhile"},
    )
    page.get_by_role("button", name="Apply to 5").click()
    expect(page.get_by_text("4 changed; 1 left untouched")).to_be_visible()
    assert [looked_at(product, keys, id)["status"] for id in ids] == ["new"] + 4 * ["triaged"]
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("4 changed.")).to_be_visible()
    assert {looked_at(product, keys, id)["status"] for id in ids} == {"new"}


def test_a_picture_shows_everybodys_marks(
    product: Product,
    keys: dict[str, str],
    admins: dict[str, Page],
    people: People,
    new_context: Callable[..., BrowserContext],
) -> None:
    page = new_context().new_page()
    people.enter(page, "wei")
    detect_sample(page, "Stickers")
    rate(page, 2, comment="loose here and there")
    found = re.search(r"run=([0-9a-f-]+)", page.url)
    assert found
    run = found.group(1)
    for name, verdicts in (("wei", ["right", "loose"]), ("grace", ["right", "absent"])):
        boxes = [{"index": at, "verdict": each} for at, each in enumerate(verdicts)]
        call(product, keys[name], "POST", "feedback", run_id=run, rating=2, boxes=boxes)
    reviewer = admins["hal"]
    reviewer.goto("/feedback?task=detection&user=wei")
    settle(reviewer)
    reviewer.get_by_test_id("stDataFrame").first.click(position={"x": 300, "y": 52})
    expect(reviewer).to_have_url(re.compile(r"row="))
    settle(reviewer)
    badges = reviewer.get_by_test_id("boxview-badge").filter(visible=True)
    expect(badges).to_have_count(2)
    expect(reviewer.get_by_test_id("boxview-judge")).to_be_hidden()
    reviewer.get_by_role("radio", name="everybody").click()
    settle(reviewer)
    expect(reviewer.locator("[aria-label*='Not agreed on']")).to_have_count(1)
    _shoot(reviewer, "triage-marks")
    reviewer.get_by_role("link", name="Open as analyst").click()
    expect(reviewer.get_by_text("As wei sees it")).to_be_visible()
    settle(reviewer)
    expect(reviewer.get_by_test_id("boxview-badge").filter(visible=True)).to_have_count(2)
    expect(reviewer.get_by_role("button", name="Detect")).to_have_count(0)
    _shoot(reviewer, "triage-owner")


def _shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    page.wait_for_timeout(300)  # the last transition; only the picture depends on it
    page.screenshot(path=Path(SHOTS / f"{name}.png"), full_page=True)
