"""The services that take ratings, with their outbox, in a process of its own that may be killed.

`python -m tests.core.feedback.faults.served FOLDER URL`: listens at `FOLDER/app.socket`, where each
connection is one page's session. A line of JSON asks, a line answers; what was answered counts as
acknowledged.
"""

import json
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from core import clock
from core.accounts.service import AccountService
from core.config import Settings
from core.database import database_away
from core.errors import GlimpseError
from core.feedback import service as feedback_service
from core.feedback import waiting as waiting_service
from core.feedback.outbox import Outbox
from core.feedback.service import FeedbackService
from core.feedback.types import BoxVerdict, Said, Verdict, Waiting
from core.feedback.verdicts import VerdictService
from core.feedback.waiting import WaitingService
from core.logs import configure
from core.permissions import Actor, Face, Role
from db.session import Database

Asked = Mapping[str, Any]
_said = threading.local()


def _now() -> datetime:
    """The clock, which remembers for each thread when it was last asked: when it was said."""
    moment = clock.now()
    _said.at = moment
    return moment


class Desk:
    def __init__(self, folder: Path, url: str) -> None:
        database = Database(url, database_away)
        settings = Settings(data_dir=folder)
        self.feedback = FeedbackService(database)
        self.verdicts = VerdictService(database)
        accounts = AccountService(database, settings)
        self.waiting = WaitingService(self.feedback, accounts, Outbox(folder))
        self.acts: Mapping[str, Callable[[Actor, Asked], str]] = {
            "rate": self._rate,
            "withdraw": self._withdraw,
            "judge": self._judge,
        }

    def answer(self, asked: Asked) -> dict[str, str]:
        try:
            done = self.acts[asked["do"]](_actor(asked), asked)
        except GlimpseError as error:
            return {"error": error.code}
        return {"done": done, "at": _said.at.isoformat()}

    def _rate(self, actor: Actor, asked: Asked) -> str:
        boxes = asked["boxes"]
        said = Said(
            UUID(asked["run"]),
            asked["rating"],
            tags=asked["tags"],
            comment=asked["comment"],
            key=asked["key"],
            boxes=boxes and [BoxVerdict(n, Verdict(told)) for n, told in enumerate(boxes)],
        )
        answer = self.waiting.rate(actor, said)
        if isinstance(answer, Waiting):
            _said.at = answer.at
            return "waiting"
        return "stored"

    def _withdraw(self, actor: Actor, asked: Asked) -> str:
        self.feedback.withdraw(actor, UUID(asked["run"]))
        return "withdrawn"

    def _judge(self, actor: Actor, asked: Asked) -> str:
        _now()
        self.verdicts.set(actor, UUID(asked["run"]), asked["box"], Verdict(asked["verdict"]))
        return "stored"


def _actor(asked: Asked) -> Actor:
    return Actor(
        user_id=UUID(asked["user"]),
        username="rater",
        role=Role.ADMIN,
        face=Face.UI,
        session_id=UUID(asked["session"]),
    )


class _Pages(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 32
    desk: Desk


class _Page(socketserver.StreamRequestHandler):
    server: _Pages

    def handle(self) -> None:
        for line in self.rfile:
            answer = self.server.desk.answer(json.loads(line))
            self.wfile.write(json.dumps(answer).encode() + b"\n")


def main(folder: Path, url: str) -> None:
    configure("warning")
    for module in (feedback_service, waiting_service):
        module.now = _now  # type: ignore[attr-defined]
    socket_path = folder / "app.socket"
    socket_path.unlink(missing_ok=True)
    desk = Desk(folder, url)
    desk.waiting.start()
    with _Pages(str(socket_path), _Page) as server:
        server.desk = desk
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
