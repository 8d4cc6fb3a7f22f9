"""What a stream costs the browser: it must grow with the text, not with its square."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.standing import People
from tests.browser.steps import choose, settle

pytestmark = pytest.mark.browser


class Traffic:
    """Bytes of answers and WebSocket messages, both ways, since it was made."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Network.enable")
        self._devtools.on("Network.dataReceived", self._data)
        self._devtools.on("Network.webSocketFrameReceived", self._frame)
        self._devtools.on("Network.webSocketFrameSent", self._frame)

    def _data(self, event: dict[str, Any]) -> None:
        self.bytes += event["dataLength"]

    def _frame(self, event: dict[str, Any]) -> None:
        self.bytes += len(event["response"]["payloadData"])


@pytest.mark.slow
def test_twice_the_tokens_cost_twice_the_traffic(page: Page, people: People) -> None:
    people.enter(page, "wei", "/generation")
    choose(page, "Model", "pace")
    traffic = Traffic(page)
    _stream(page, 20)
    costs = []
    for tokens in (400, 800):
        before = traffic.bytes
        _stream(page, tokens)
        costs.append(traffic.bytes - before)
    assert costs[0] > 400
    assert costs[1] <= 2.2 * costs[0], costs


def _stream(page: Page, tokens: int) -> None:
    page.get_by_label("Prompt", exact=True).fill(f"Count to {tokens}")
    limit = page.get_by_label("Max new tokens", exact=True)
    limit.fill(str(tokens))
    limit.press("Tab")
    settle(page)
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page.get_by_test_id("tokenstream-figures")).to_contain_text(
        re.compile(rf"^{tokens}\s/\s{tokens}"), timeout=30_000
    )
    expect(page.get_by_test_id("tokenstream-state")).to_contain_text("Done")
    settle(page)
