"""What Locust plays: browsers that rerun a page, programs that ask, streams that never rest.

`python -m bench.load_test` starts it. By itself, against a product that runs:

    LOAD_COOKIES=… LOAD_KEY=… LOAD_NOTES=notes.jsonl \\
        python -m locust -f bench/load/locustfile.py --headless --host http://127.0.0.1:8501
"""

import itertools
import json
import os
import random
import time
from pathlib import Path
from typing import Any

from locust import HttpUser, User, constant, events, task

from bench.load.notes import Note, Notes
from bench.load.page import OpenPage
from bench.load.people import PROGRAMS, STREAMS
from core.config import ROOT

THINK_S = 5.0
_HELD = os.environ["LOAD_COOKIES"].split(",")
_COOKIES = itertools.cycle(_HELD)
_KEY = os.environ["LOAD_KEY"]
_MODEL = os.environ.get("LOAD_MODEL", "reporter")
_NOTES = Notes(Path(os.environ["LOAD_NOTES"]))
_PICTURES = sorted((ROOT / "ui" / "samples").glob("*.png"))
_PROMPT = "Findings: 3 red circle; 1 blue star. Report:"
_WORDS = ("red circle", "blue star", "green square", "pink heart", "blue bolt", "yellow moon")


def _note(
    request_type: str,
    name: str,
    response_time: float,
    response: Any,
    exception: BaseException | None,
    **_: Any,
) -> None:
    headers = getattr(response, "headers", None) or {}
    _NOTES.write(
        Note(
            ended=time.time(),
            ms=response_time,
            name=f"{request_type} {name}",
            error=None if exception is None else f"{type(exception).__name__}: {exception}",
            status=getattr(response, "status_code", None),
            retry_after=headers.get("Retry-After"),
        )
    )


events.request.add_listener(_note)  # type: ignore[no-untyped-call]


class Browser(User):
    """Somebody with the start page open, who does something every five seconds."""

    fixed_count = len(_HELD)
    wait_time = constant(THINK_S)
    page: OpenPage | None = None

    def on_start(self) -> None:
        time.sleep(random.uniform(0, THINK_S))

    @task
    def rerun(self) -> None:
        """The page is opened first, and again where its socket was lost."""
        opening = self.page is None
        began = time.perf_counter()
        error: Exception | None = None
        try:
            if self.page is None:
                self.page = OpenPage(str(self.host), next(_COOKIES))
            self.page.run()
        except Exception as caught:  # noqa: BLE001 - noted, as Locust does with its own
            error = caught
        self.environment.events.request.fire(
            request_type="page",
            name="open" if opening else "rerun",
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            response=None,
            exception=error,
            context={},
        )
        if error is not None:
            self._leave()

    def on_stop(self) -> None:
        self._leave()

    def _leave(self) -> None:
        if self.page is not None:
            self.page.close()
        self.page = None


class Program(HttpUser):
    """A script with an API key: a detection, a text, a look at what there is."""

    fixed_count = PROGRAMS
    wait_time = constant(THINK_S)

    def on_start(self) -> None:
        self.client.headers["Authorization"] = f"Bearer {_KEY}"
        time.sleep(random.uniform(0, THINK_S))

    @task(3)
    def detect(self) -> None:
        picture = random.choice(_PICTURES)
        words = ". ".join(random.sample(_WORDS, 3))
        with picture.open("rb") as file:
            self.client.post("/api/v1/detect", data={"prompt": words}, files={"image": file})

    @task(2)
    def generate(self) -> None:
        asked = {"prompt": _PROMPT, "max_new_tokens": 24}
        self.client.post("/api/v1/generate", json=asked)

    @task(1)
    def chat(self) -> None:
        asked = {
            "model": "reporter",
            "messages": [{"role": "user", "content": _PROMPT}],
            "max_tokens": 24,
        }
        self.client.post("/v1/chat/completions", json=asked)

    @task(1)
    def runs(self) -> None:
        self.client.get("/api/v1/runs?limit=20", name="/api/v1/runs")


class Stream(HttpUser):
    """One of the texts that are always being written."""

    fixed_count = int(os.environ.get("LOAD_STREAMS", STREAMS))
    wait_time = constant(0)

    def on_start(self) -> None:
        self.client.headers["Authorization"] = f"Bearer {_KEY}"

    @task
    def follow(self) -> None:
        """A refused stream is asked for again when the answer says."""
        asked = {"prompt": _PROMPT, "model": _MODEL, "max_new_tokens": 500, "stream": True}
        began = time.perf_counter()
        with self.client.post(
            "/api/v1/generate", json=asked, stream=True, catch_response=True, name="stream"
        ) as answer:
            if not answer.ok:
                time.sleep(int(answer.headers.get("Retry-After", THINK_S)))
                return
            *_, kind, told = (line.decode() for line in answer.iter_lines() if line)
            answer.request_meta["response_time"] = (time.perf_counter() - began) * 1000
            if kind != "event: done":
                message = json.loads(told.removeprefix("data: "))["error"]["message"]
                answer.failure(f"{kind}: {message}")
