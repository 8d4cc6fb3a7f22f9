"""Clients that rate, a process that serves them, a PostgreSQL, and kills of both."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.clock import now
from core.feedback.outbox import Outbox
from core.permissions import Role
from db import embedded
from db.embedded.place import place_of
from db.migrate import upgrade
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.feedback.faults.ends import Answer, Line, Server
from tests.core.feedback.faults.ledger import Ledger, Pair, Word
from tests.core.feedback.switched import signed_in
from tests.core.review import rows

WRITERS = 8
_LABELS = ("cat", "dog", "bird")
_VERDICTS = ("right", "wrong_label", "loose", "absent")
_SETTINGS = """update runs set params = params || '{"temperature": 0.7, "top_p": 0.9}'
where task = 'generation'"""
_TAGS = ("untrue", "style", "too long", "mine", "第二")


class Town:
    """Everything at once: `WRITERS` clients give `writes` acknowledged ratings and verdicts."""

    def __init__(self, folder: Path, writes: int, seed: int) -> None:
        self.folder, self.writes, self.seed = folder, writes, seed
        self.home = folder / "database"
        url = embedded.ensure(self.home)
        self.database = Database(url, RuntimeError)
        upgrade(self.database.engine)
        self.ledger = Ledger()
        self._people = [signed_in(self.database, f"rater {n}", Role.ADMIN) for n in range(WRITERS)]
        owner = self._people[0]
        texts = rows.model(self.database, "generation", "writer")
        boxes = rows.model(self.database, "detection", "shapes")
        self._texts = [rows.run(self.database, owner, texts) for _ in range(8 + writes // 8)]
        with self.database.unit_of_work() as session:
            session.execute(text(_SETTINGS))
        self._detections = [
            detection(self.database, owner, boxes, *_LABELS) for _ in range(4 + writes // 100)
        ]
        self._fresh = self._each(self._texts[5:])
        self._boxes = self._each(self._detections)
        self._fought_over = [
            Pair(run, who.user_id) for run in self._texts[:5] for who in self._people
        ]
        self._sessions = {who.user_id: who.session_id for who in self._people}
        self._lock = threading.Lock()
        self._names = 0
        self.killed: Counter[str] = Counter()
        self.server = Server(folder, url)

    def close(self) -> None:
        self.server.close()
        self.database.close()
        embedded.stop(self.home)

    def kill_database(self, chance: random.Random) -> None:
        """The postmaster, or one of its children, upon which it starts over by itself."""
        embedded.ensure(self.home)
        data = place_of(self.home).data
        master = int((data / "postmaster.pid").read_text().split()[0])
        assert str(data).encode() in Path(f"/proc/{master}/cmdline").read_bytes()
        victims = [master] * 9 + _children(master)[-3:]
        os.kill(chance.choice(victims), signal.SIGKILL)
        self.killed["database"] += 1

    def kill_server(self) -> None:
        self.server.kill()
        self.killed["server"] += 1
        self.server.start()

    def work(self, number: int) -> None:
        """One client, until enough was acknowledged to all of them."""
        line = Line(self.server.address)
        chance = random.Random(self.seed * 100 + number)  # noqa: S311
        while self.ledger.acknowledged < self.writes:
            draw = chance.random()
            if draw < 0.55:
                self._rate(line, chance, self._next(self._fresh))
            elif draw < 0.80:
                self._rate(line, chance, chance.choice(self._fought_over))
            elif draw < 0.84:
                self._withdraw(line, chance.choice(self._fought_over))
            elif draw < 0.92:
                self._under_a_key(line, chance, self._next(self._fresh))
            elif draw < 0.96:
                self._judge(line, chance, self._next(self._boxes))
            else:
                self._rate_with_boxes(line, chance, self._next(self._boxes))
        line.close()

    def settled(self, patience_s: float = 30) -> bool:
        """Whether in the end nothing waits and nothing was refused; a standstill is not waited
        for longer than `patience_s`."""
        outbox = Outbox(self.folder)
        left, since = outbox.waiting(), time.monotonic()
        while left and time.monotonic() - since < patience_s:
            time.sleep(0.05)
            if (now_left := outbox.waiting()) != left:
                left, since = now_left, time.monotonic()
        done = (outbox.waiting(), outbox.refused_count()) == (0, 0)
        outbox.close()
        return done

    def _rate(self, line: Line, chance: random.Random, pair: Pair, **more: Any) -> Word | None:
        """Rate until it is acknowledged, each time in new words, as a person would."""
        while True:
            asked = self._asked(chance, pair, **more)
            word = self._word(pair, asked)
            answer = line.ask(asked)
            if answer is None:
                word.ended = now()
            elif "error" in answer:
                self.ledger.words[pair].remove(word)
                if answer["error"] != "conflict":
                    raise AssertionError(answer)
                return None
            else:
                word.at, word.heard = _time(answer), True
                self.ledger.count(answer["done"])
                return word

    def _under_a_key(self, line: Line, chance: random.Random, pair: Pair) -> None:
        """Say it, say it again under the same key, and change it; the change must stand."""
        asked = self._asked(chance, pair) | {"key": f"key of {pair.run} {pair.user}"}
        word = self._word(pair, asked)
        asked_again = 0
        for _ in range(2):
            while (answer := line.ask(asked)) is None:
                asked_again += 1
            assert "done" in answer, answer
            word.heard = True
            if not asked_again:
                word.at = _time(answer)
            asked_again += 1
            self.ledger.count(answer["done"])
        last: Word | None = word
        if chance.random() < 0.5:
            last = self._rate(line, chance, pair)
            while (answer := line.ask(asked)) is None:
                pass
            self.ledger.count(answer["done"])
        assert last is not None
        self.ledger.keyed[pair] = last

    def _withdraw(self, line: Line, pair: Pair) -> None:
        word = self.ledger.say(pair, Word(None, None, now()))
        answer = line.ask(self._common(pair) | {"do": "withdraw"})
        if answer is None:
            word.ended = now()
        elif "error" in answer:
            if answer["error"] == "unavailable":  # the commit may have come before the kill
                word.ended = now()
            else:
                self.ledger.words[pair].remove(word)
        else:
            word.at, word.heard = _time(answer), True
            self.ledger.count(answer["done"])

    def _judge(self, line: Line, chance: random.Random, pair: Pair) -> None:
        """Rate a detection, and judge its boxes one by one, until each is acknowledged."""
        self._rate(line, chance, pair)
        for box in range(len(_LABELS)):
            verdict = chance.choice(_VERDICTS)
            asked = self._common(pair) | {"do": "judge", "box": box, "verdict": verdict}
            while (answer := line.ask(asked)) is None or "error" in answer:
                time.sleep(0.02)
            self.ledger.verdicts[pair][box] = verdict
            self.ledger.count("verdict")

    def _rate_with_boxes(self, line: Line, chance: random.Random, pair: Pair) -> None:
        for _ in range(2):
            boxes = chance.choices(_VERDICTS, k=len(_LABELS))
            self._rate(line, chance, pair, boxes=boxes)
        self.ledger.verdicts[pair] = dict(enumerate(boxes))

    def _asked(self, chance: random.Random, pair: Pair, **more: Any) -> dict[str, Any]:
        with self._lock:
            self._names += 1
            comment = f"word {self._names}"
        tags = chance.sample(_TAGS, chance.randrange(3))
        said = {"rating": chance.randint(1, 5), "comment": comment, "tags": tags}
        return self._common(pair) | {"do": "rate", "key": None, "boxes": None} | said | more

    def _common(self, pair: Pair) -> dict[str, Any]:
        session = self._sessions[pair.user]
        return {"run": str(pair.run), "user": str(pair.user), "session": str(session)}

    def _word(self, pair: Pair, asked: dict[str, Any]) -> Word:
        return self.ledger.say(pair, Word(asked["comment"], asked["rating"], now()))

    def _next(self, pairs: Iterator[Pair]) -> Pair:
        with self._lock:
            return next(pairs)

    def _each(self, runs: list[UUID]) -> Iterator[Pair]:
        return (Pair(run, who.user_id) for run in runs for who in self._people)


def _time(answer: Answer) -> datetime:
    return datetime.fromisoformat(answer["at"])


def _children(process: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


@contextmanager
def town(folder: Path, writes: int, seed: int) -> Iterator[Town]:
    opened = Town(folder, writes, seed)
    try:
        yield opened
    finally:
        opened.close()
