"""What a person does in the browser before there is something to look at."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from core.accounts.types import COOKIE_NAME


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill the form that stands on the page, and wait until the browser has its cookie."""
    expect(page.get_by_label("Username", exact=True)).to_be_visible()
    page.get_by_label("Username", exact=True).fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    wait_until(lambda: any(c.get("name") == COOKIE_NAME for c in page.context.cookies()))
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)
    settle(page)


def wait_until(what: Callable[[], bool], limit_s: float = 15) -> None:
    """Poll `what` until true; fail after `limit_s` seconds."""
    end = time.monotonic() + limit_s
    while not what():
        if time.monotonic() > end:
            raise TimeoutError("did not happen in time")
        time.sleep(0.05)


def settle(page: Page) -> None:
    """Wait until the script has run and nothing of the page is stale."""
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]')"
        "?.getAttribute('data-test-script-state') === 'notRunning'"
    )
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def detect_sample(page: Page, title: str) -> None:
    """Pick a shipped sample, which brings its phrases, and detect."""
    page.goto("/detection")
    settle(page)
    page.get_by_role("radio", name=title).click()
    expect(page.get_by_label("What to look for", exact=True)).not_to_have_value("")
    page.get_by_role("button", name="Detect").click()
    expect(page).to_have_url(re.compile(r"run="))
    expect(boxes(page).first).to_be_visible()


def boxes(page: Page) -> Locator:
    """The boxes shown; those under the score or of a label switched off are hidden."""
    return page.get_by_test_id("boxview-box").filter(visible=True)


def generate(page: Page, prompt: str, *, model: str | None = None, tokens: int = 64) -> None:
    """Start a text and return once its first words stand on the page."""
    fill_generation(page, prompt, model=model, tokens=tokens)
    run_button(page).click()
    expect(page.get_by_test_id("tokenstream-text").first).not_to_have_text("")


def fill_generation(page: Page, prompt: str, *, model: str | None, tokens: int) -> None:
    """Open the page afresh and fill it, ready to run."""
    page.goto("/generation")
    settle(page)
    if model:
        choose(page, "Model", model)
    page.get_by_label("Prompt", exact=True).fill(prompt)
    limit = page.get_by_label("Max new tokens", exact=True)
    limit.fill(str(tokens))
    limit.press("Tab")
    settle(page)


def run_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("^Run"))


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settle(page)
