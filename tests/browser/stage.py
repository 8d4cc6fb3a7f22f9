"""The component that shows text, alone on a page, and a server that tells it what a test says."""

import json
import queue
import re
import threading
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from core.config import ROOT
from core.generation.types import GenerationRun, TokenEvent
from ui.components.bundle import read
from ui.components.tokenstream import SCRIPTS, as_data

_PATIENCE_S = 20
_PAGE = """<!doctype html><title>Stage</title><link rel="icon" href="data:,"><style>{theme}</style>
<body><div id="host"></div><p id="below">What stands below</p><script type="module">
import show from "/component.js";
const root = document.getElementById("host").attachShadow({{ mode: "open" }});
root.innerHTML = {inside};
window.told = [];
const hear = (name, value) => window.told.push([name, value]);
window.mount = (data) => {{
  const leave = window.leave;
  window.leave = show({{ parentElement: root, data, setStateValue: hear, setTriggerValue: hear }});
  leave?.();
}};
</script>"""


@dataclass
class Stage:
    page: Page
    lines: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    """What the stream still has to say; None hangs up."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Paths asked for, with the `Last-Event-ID` that came along."""
    sent: list[tuple[str, Any]] = field(default_factory=list)
    """Paths sent to, with the JSON that came along."""

    def mount(
        self, run: GenerationRun, *, can_branch: bool = False, html: str | None = None
    ) -> None:
        """Show `run`; `html` stands in for what Python makes of its text."""
        data = as_data(run, can_branch=can_branch)
        if html is not None and isinstance(data["final"], dict):
            data["final"]["html"] = [html]
        self.page.evaluate("(data) => window.mount(data)", data)

    def tell(self, event: str, data: object, event_id: int | None = None) -> None:
        numbered = "" if event_id is None else f"id: {event_id}\n"
        self.lines.put(f"{numbered}event: {event}\ndata: {json.dumps(data)}\n\n".encode())

    def write(self, tokens: Sequence[TokenEvent], first: int = 0) -> None:
        for number, token in enumerate(tokens, first):
            self.tell("token", _token(token), number)

    def end(self, run: GenerationRun) -> None:
        """The last word of the stream, as the API says it."""
        outputs = [{"text": o.text, "finish_reason": o.finish_reason} for o in run.outputs]
        used = {"completion_tokens": run.usage.completion_tokens}
        self.tell(
            "done",
            {"status": run.status, "outputs": outputs, "usage": used, "timings_ms": {}},
        )
        self.hang_up()

    def hang_up(self) -> None:
        self.lines.put(None)

    def told(self) -> list[Any]:
        """What Python would have heard, each by its name."""
        heard: list[Any] = self.page.evaluate("window.told")
        return heard

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(f"tokenstream-{name}")

    def choose(self, view: str) -> None:
        self.part("views").get_by_role("radio", name=view).click()


def _token(event: TokenEvent) -> Mapping[str, object]:
    top = [{"text": a.text, "logprob": a.logprob, "token_id": a.token_id} for a in event.top]
    told = {**vars(event), "top": top or None}
    return {name: value for name, value in told.items() if value is not None}


@contextmanager
def stage(browser: Browser, scheme: str = "light") -> Iterator[Stage]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    opened = Stage(context.new_page())
    server.stage = opened  # type: ignore[attr-defined]
    server.theme = _theme(scheme)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        opened.page.goto(f"http://127.0.0.1:{server.server_port}")
        opened.page.wait_for_function("() => window.mount")
        opened.asked.clear()
        yield opened
    finally:
        opened.hang_up()
        context.close()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        stage: Stage = self.server.stage  # type: ignore[attr-defined]
        stage.asked.append((self.path, self.headers.get("Last-Event-ID", "")))
        if self.path == "/component.js":
            self._answer("text/javascript", "\n".join(map(read, _scripts())).encode())
        elif self.path.endswith("/stream"):
            self._answer("text/event-stream")
            while (line := stage.lines.get(timeout=_PATIENCE_S)) is not None:
                self.wfile.write(line)
                self.wfile.flush()
        else:
            inside = f"<style>{read('tokenstream.css')}</style>{read('tokenstream.html')}"
            theme: str = self.server.theme  # type: ignore[attr-defined]
            page = _PAGE.format(inside=json.dumps(inside), theme=theme)
            self._answer("text/html", page.encode())

    def do_POST(self) -> None:
        stage: Stage = self.server.stage  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        stage.sent.append((self.path, json.loads(body)))
        self._answer("text/plain")

    def _answer(self, kind: str, content: bytes = b"") -> None:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: what was asked for is in `asked`."""


def _scripts() -> list[str]:
    return [f"{script}.js" for script in (*SCRIPTS, "tokenstream")]


def _theme(scheme: str) -> str:
    """The colours of the product, as Streamlit hands them to a component."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    colours = config["theme"][scheme]
    names = {name: re.sub("[A-Z]", lambda m: f"-{m.group().lower()}", name) for name in colours}
    told = "".join(
        f"--st-{names[name]}: {value};" for name, value in colours.items() if isinstance(value, str)
    )
    red = "--st-red-text-color: #c0362c"  # Streamlit finds one of its own
    return f"body {{ background: {colours['backgroundColor']}; {told} {red} }}"
