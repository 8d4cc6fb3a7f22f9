"""The product in a real browser, with a detection on the page, and what goes over the wire."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from bench.running import ANALYST, WORDS, running
from tests.browser.chromium import FLAGS, executable
from tests.browser.steps import detect_sample, settle, sign_in

_PATIENCE_MS = 20_000
_BINARY = 2
_INLINE = re.compile(rb"data:image/(?!svg)[a-z]+;base64,[A-Za-z0-9+/=]+")


class Wire:
    """Counted since it was made: messages to the server, bytes of messages, bytes of pictures.

    Pictures come as answers of their own, or inline in messages; both are counted.
    """

    def __init__(self, page: Page) -> None:
        self.sent = 0
        self.picture_bytes = 0
        self.message_bytes = 0
        self._pictures: set[str] = set()
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.webSocketFrameSent", self._sent)
        devtools.on("Network.webSocketFrameReceived", self._received)
        devtools.on("Network.responseReceived", self._response)
        devtools.on("Network.loadingFinished", self._loaded)
        devtools.send("Network.enable")

    def _sent(self, _: object) -> None:
        self.sent += 1

    def _received(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        text = frame["payloadData"]
        content = base64.b64decode(text) if frame["opcode"] == _BINARY else text.encode()
        self.message_bytes += len(content)
        self.picture_bytes += sum(map(len, _INLINE.findall(content)))

    def _response(self, event: dict[str, Any]) -> None:
        if event["type"] == "Image" or event["response"]["mimeType"].startswith("image/"):
            self._pictures.add(event["requestId"])

    def _loaded(self, event: dict[str, Any]) -> None:
        """As it went over the wire, with its headers: nothing where the browser's cache answers."""
        if event["requestId"] in self._pictures:
            self.picture_bytes += int(event["encodedDataLength"])


@contextmanager
def signed_in_page() -> Iterator[Page]:
    """An analyst's page of a product that nobody else uses."""
    expect.set_options(timeout=_PATIENCE_MS)
    with running() as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page(base_url=product.address, viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(_PATIENCE_MS)
        page.goto("/detection")
        sign_in(page, ANALYST, WORDS)
        yield page
        browser.close()


def detected(page: Page) -> None:
    """Detect the phrases of a shipped sample, and wait until all is still."""
    detect_sample(page, "Stickers")
    settle(page)
    still(page)


def still(page: Page) -> None:
    """Long enough for whatever was on its way."""
    settle(page)
    page.wait_for_timeout(1000)
