"""What a person said as an entry of the outbox, and back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from core.detection.types import Box
from core.errors import Invalid, NotSignedIn
from core.feedback.outbox import Entry
from core.feedback.types import BoxVerdict, MissedObject, Said, Verdict, Waiting
from core.ids import new_id
from core.permissions import Actor


def as_entry(actor: Actor, said: Said, at: datetime) -> Entry:
    """Raises `NotSignedIn` for an actor without a sign-in, which could not be checked later."""
    if actor.session_id is None:
        raise NotSignedIn("Only what is said on a page can be kept until the database is back.")
    return Entry(
        id=new_id(),
        user_id=actor.user_id,
        session_id=actor.session_id,
        run_id=said.run_id,
        said_at=at,
        body=json.dumps({"username": actor.username, "said": asdict(said)}, default=str),
    )


def as_waiting(entry: Entry) -> Waiting:
    """Raises `Invalid` where another version of the product wrote what this one cannot read."""
    with _readable():
        username: str = json.loads(entry.body)["username"]
    return Waiting(entry.id, username, said_in(entry), entry.said_at, entry.refusal)


def said_in(entry: Entry) -> Said:
    """Raises `Invalid` likewise."""
    with _readable():
        told: dict[str, Any] = json.loads(entry.body)["said"]
        boxes, missed = told.pop("boxes"), told.pop("missed")
        return Said(
            **{**told, "run_id": entry.run_id, "tags": tuple(told["tags"])},
            boxes=None if boxes is None else tuple(_verdicts(boxes)),
            missed=None if missed is None else tuple(_missed(missed)),
        )


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Invalid(
            "This version of Glimpse cannot read it; the one that kept it can."
        ) from error


def _verdicts(told: Iterable[Mapping[str, Any]]) -> Iterable[BoxVerdict]:
    return (BoxVerdict(each["index"], Verdict(each["verdict"])) for each in told)


def _missed(told: Iterable[Mapping[str, Any]]) -> Iterable[MissedObject]:
    return (MissedObject(each["label"], Box(**each["box"])) for each in told)
