"""What the clients know: which ratings were asked for, and which were acknowledged, when."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from db.models import BoxVerdict, Feedback, FeedbackEvent
from db.session import Database

NEVER = datetime.min.replace(tzinfo=UTC)


class Pair(NamedTuple):
    run: UUID
    user: UUID


@dataclass
class Word:
    """One thing said of a run: a rating whose comment names it, or (None) that it is withdrawn.

    `sent` is when it was first sent; `at` when the process says it was said; `heard`: it was
    acknowledged; `ended`: when it became clear that no answer would come. One sent several times
    under a key was said at `sent` or later, and has no `at`.
    """

    comment: str | None
    rating: int | None
    sent: datetime
    at: datetime | None = None
    heard: bool = False
    ended: datetime | None = None

    @property
    def since(self) -> datetime:
        """No later than when it was said."""
        return self.at or self.sent


@dataclass
class Ledger:
    words: dict[Pair, list[Word]] = field(default_factory=lambda: defaultdict(list))
    verdicts: dict[Pair, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    keyed: dict[Pair, Word] = field(default_factory=dict)
    """Pairs that only one client speaks of, with the word that must stand in the end."""
    answers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, pair: Pair, word: Word) -> Word:
        with self.lock:
            self.words[pair].append(word)
        return word

    def count(self, answer: str) -> None:
        with self.lock:
            self.answers[answer] += 1

    @property
    def acknowledged(self) -> int:
        return sum(self.answers.values())


@dataclass
class Found:
    """What is wrong, in words; all empty is what is asked for."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)


def settle(ledger: Ledger, database: Database) -> Found:
    """The database against the ledger, once nothing waits any more."""
    found = Found()
    with database.unit_of_work() as session:
        rows: dict[Pair, list[Feedback]] = defaultdict(list)
        for stored in session.scalars(select(Feedback)):
            rows[Pair(stored.run_id, stored.user_id)].append(stored)
        events: dict[Pair, list[FeedbackEvent]] = defaultdict(list)
        for event in session.scalars(select(FeedbackEvent).order_by(FeedbackEvent.id)):
            events[Pair(event.run_id, event.rater_id)].append(event)
        verdicts: dict[Pair, dict[int, str]] = defaultdict(dict)
        for verdict in session.scalars(select(BoxVerdict)):
            judged = verdicts[Pair(verdict.run_id, verdict.user_id)]
            if verdict.box_index in judged:
                found.doubled.append(f"verdict on {verdict.run_id}")
            judged[verdict.box_index] = verdict.verdict
    for pair in rows.keys() | ledger.words.keys() | events.keys():
        mine, said = rows[pair], ledger.words[pair]
        if len(mine) > 1:
            found.doubled.append(f"{len(mine)} rows of {pair}")
        row = mine[0] if mine else None
        if why := _lost(row, said):
            found.lost.append(f"{pair}: {why}")
        found.doubled += _doubled(events[pair])
        found.history += _inconsistent(row, events[pair])
    for pair, word in ledger.keyed.items():
        if [row.comment for row in rows[pair]] != [word.comment]:
            found.lost.append(f"{pair}: not as said under its key")
    for pair, expected in ledger.verdicts.items():
        if verdicts[pair] != expected:
            found.lost.append(f"{pair}: verdicts {verdicts[pair]}, not {expected}")
    return found


def _lost(row: Feedback | None, said: list[Word]) -> str | None:
    """Why `row` cannot be what comes of these words; None where it can.

    What was acknowledged and said last must stand, or one said later that nobody was told of.
    """
    heard = [word for word in said if word.heard]
    floor = max((word.since for word in heard), default=NEVER)
    if row is None:
        gone = [word for word in said if word.comment is None]
        may_be = not heard or any(
            word.at == floor or (word.ended is not None and word.ended >= floor) for word in gone
        )
        return None if may_be else f"no row, but {len(heard)} words were acknowledged"
    if row.said_at < floor:
        return f"said {row.said_at}, but acknowledged was {floor}"
    word = next((word for word in said if word.comment == row.comment), None)
    if word is None or row.rating != word.rating:
        return f"the row says “{row.comment}”, as nobody did"
    if word.at is not None and word.at != row.said_at:
        return f"“{row.comment}” was said {word.at}, not {row.said_at}"
    return None


def _doubled(events: Iterable[FeedbackEvent]) -> list[str]:
    """A word that was written into the history twice."""
    counts = Counter(event.after.get("comment") for event in events if event.after)
    return [f"{comment} twice" for comment, n in counts.items() if comment and n > 1]


def _inconsistent(row: Feedback | None, events: Iterable[FeedbackEvent]) -> list[str]:
    """Where one change does not begin with what the one before left, or the last is not the row."""
    stands: dict[str, Any] | None = None
    wrong: list[str] = []
    for event in events:
        before, after = dict(event.before or {}), dict(event.after or {})
        before.pop("boxes", None)
        after.pop("boxes", None)
        if (event.action == "rated") != (stands is None):
            wrong.append(f"{event.action} of {event.run_id} out of turn")
        known = stands or {}
        if event.action == "withdrawn":
            stands = None
            continue
        if any(known.get(name) != value for name, value in before.items()):
            wrong.append(f"{event.run_id}: {before} does not follow {known}")
        stands = {**known, **after}
    if (stands is None) != (row is None):
        wrong.append(f"the history of {row} ends otherwise")
    elif row and stands and (stands["rating"], stands["comment"]) != (row.rating, row.comment):
        wrong.append(f"{row.run_id} ends at {stands}, not {row.rating} {row.comment}")
    return wrong
