"""What goes over the wire between a page and the product."""

import base64
import re
from typing import Any

from playwright.sync_api import Page

_BINARY = 2
_INLINE = re.compile(rb"data:image/(?!svg)[a-z]+;base64,[A-Za-z0-9+/=]+")


class Wire:
    """Counted since it was made: messages to the server; bytes of messages, answers, pictures.

    Pictures come as answers of their own, or inline in messages; both are counted. `answers` are
    the first kind, those out of the browser's cache too.
    """

    def __init__(self, page: Page) -> None:
        self.sent = 0
        self.picture_bytes = 0
        self.message_bytes = 0
        self.answer_bytes = 0
        self.answers: set[str] = set()
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.webSocketFrameSent", self._sent)
        devtools.on("Network.webSocketFrameReceived", self._received)
        devtools.on("Network.responseReceived", self._response)
        devtools.on("Network.loadingFinished", self._loaded)
        devtools.on("Network.dataReceived", self._data)
        devtools.send("Network.enable")

    def _sent(self, _: object) -> None:
        self.sent += 1

    def _received(self, event: dict[str, Any]) -> None:
        frame = event["response"]
        text = frame["payloadData"]
        content = base64.b64decode(text) if frame["opcode"] == _BINARY else text.encode()
        self.message_bytes += len(content)
        self.picture_bytes += sum(map(len, _INLINE.findall(content)))

    def _data(self, event: dict[str, Any]) -> None:
        self.answer_bytes += int(event["dataLength"])

    def _response(self, event: dict[str, Any]) -> None:
        if event["type"] == "Image" or event["response"]["mimeType"].startswith("image/"):
            self.answers.add(event["requestId"])

    def _loaded(self, event: dict[str, Any]) -> None:
        """As it went over the wire, with its headers: nothing where the browser's cache answers."""
        if event["requestId"] in self.answers:
            self.picture_bytes += int(event["encodedDataLength"])
