"""A person with everything that a person can leave behind, among others."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.accounts.service import AccountService
from core.clock import now
from core.config import Settings
from core.detection.types import Box
from core.feedback.drafts import Draft, DraftService
from core.feedback.service import FeedbackService
from core.feedback.types import BoxVerdict, MissedObject, ReviewStatus, Verdict
from core.ids import new_id
from core.permissions import Actor, Role
from core.prompts.service import PromptService
from core.review.saved_views import SavedViewService
from core.review.service import ReviewService
from core.review.triage import TriageService
from core.review.triage_types import Changes
from core.review.types import FeedbackFilter
from db.models import Identity, Image, Limit, RatingRequest, Run, RunProgress, SignInAttempt
from db.session import Database
from tests.core.review import rows

NAME = "quokka.kim"
CANARY = "xylocanary"
"""Typed by that person, or about them, everywhere that takes text."""
PASSWORD = "correct horse battery"
PICTURE = b"\x89PNG " + CANARY.encode()
_PARAMS = {"box_threshold": 0.35, "text_threshold": 0.25, "phrase_thresholds": {CANARY: 0.5}}
_BOX = {"xmin": 1.0, "ymin": 1.0, "xmax": 8.0, "ymax": 8.0}


@dataclass(frozen=True)
class Town:
    database: Database
    accounts: AccountService
    root: Actor
    kim: Actor
    bob: Actor
    detection: UUID
    text: UUID
    """Of kim, as is the detection; bob and kim rated both."""
    again: UUID
    """What root made of that text."""
    bobs: UUID
    """A text of bob's that kim rated."""


@pytest.fixture
def town(database: Database, settings: Settings) -> Town:
    accounts = AccountService(database, settings)
    root = rows.person(database, "root", Role.ADMIN)
    kim, bob = (_signed_in(accounts, name) for name in (NAME, "bob"))
    detector = rows.model(database, "detection", "shapes")
    writer = rows.model(database, "generation", "reporter")
    detection = _detection(database, kim, detector)
    written = _text(database, kim, writer, CANARY)
    again = _text(database, root, writer, CANARY, parent_id=written, relation="again")
    bobs = _text(database, bob, writer, "a plain text")
    town = Town(database, accounts, root, kim, bob, detection, written, again, bobs)
    _judge(town)
    _leave_more(town)
    return town


def _signed_in(accounts: AccountService, name: str) -> Actor:
    accounts.add_user(accounts.system_actor(), name, Role.ANALYST, PASSWORD)
    return accounts.sign_in(name, PASSWORD, "192.0.2.7").actor


def _detection(database: Database, owner: Actor, model: UUID) -> UUID:
    digest = bytes(range(32))
    with database.unit_of_work() as session:
        session.add(Image(sha256=digest, mime="image/png", width=9, height=9, content=PICTURE))
    found = [
        {"label": CANARY, "score": score, "box": _BOX, "piece": CANARY}
        | {"others": [{"label": CANARY, "score": 0.2}]}
        for score in (0.91, 0.4)
    ]
    return _run(
        database,
        owner,
        model,
        task="detection",
        prompt=CANARY,
        params=_PARAMS,
        image_sha256=digest,
        request_hash=bytes(32),
        output={"phrases": [CANARY], "detections": found},
    )


def _text(database: Database, owner: Actor, model: UUID, words: str, **columns: Any) -> UUID:
    params = {
        **{"temperature": 0.7, "top_p": 0.9, "seed": 7, "n": 1, "stop": [words]},
        **{"messages": [{"role": "user", "content": words}], "variables": {"text": words}},
        **{"lead": {"text": words, "ids": [1]}},
    }
    output = {
        "outputs": [
            {"text": words, "finish_reason": "stop"}
            | {"tokens": [{"text": words, "id": 1, "logprob": -0.1}], "claims": []}
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1, "exact": True},
        "error": words,
    }
    return _run(
        database,
        owner,
        model,
        task="generation",
        prompt=words,
        params=params,
        output=output,
        **columns,
    )


def _run(database: Database, owner: Actor, model: UUID, **columns: Any) -> UUID:
    row = Run(
        id=new_id(),
        user_id=owner.user_id,
        session_id=owner.session_id,
        face="ui",
        trace_id=f"{owner.username}-laptop",
        model_id=model,
        status="done",
        latency_ms=120,
        prompt_tokens=3,
        completion_tokens=1,
        created_at=now() - timedelta(days=40),
        finished_at=now() - timedelta(days=40),
        **columns,
    )
    with database.unit_of_work() as session:
        session.add(row)
    return row.id


def _judge(town: Town) -> None:
    with town.database.unit_of_work() as session:
        asked = {"user_id": town.kim.user_id, "asked_by": town.root.user_id}
        session.add(RatingRequest(run_id=town.bobs, **asked))
    feedback, verdicts = FeedbackService(town.database), [BoxVerdict(0, Verdict.RIGHT)]
    missed = [MissedObject(CANARY, Box(2, 2, 5, 5))]
    feedback.rate(
        *(town.kim, town.detection, 2, ["style", CANARY], CANARY, CANARY),
        boxes=[*verdicts, BoxVerdict(1, Verdict.ABSENT)],
        missed=missed,
    )
    feedback.rate(town.root, town.detection, 4, ["shared tag"], CANARY, boxes=verdicts)
    for rating in (3, 4):  # a change, so that there is a history
        words = f"{CANARY} {rating}"
        feedback.rate(town.kim, town.text, rating, [CANARY], words, corrected_text=f"{CANARY}!")
    feedback.rate(town.root, town.text, 1, ["untrue"], CANARY)
    rated = feedback.rate(town.kim, town.bobs, 5, ["shared tag", CANARY], CANARY, f"{CANARY}-2")
    feedback.rate(town.bob, town.bobs, 3, ["style"], "fine by me")
    answer = Changes(status=ReviewStatus.TRIAGED, note="looked at", answer="Thank you.")
    TriageService(town.database).review(
        town.root, rated.feedback.id, rated.feedback.updated_at, answer
    )
    again = feedback.rate(town.kim, town.text, 4, [CANARY], CANARY, corrected_text=f"{CANARY}.")
    given = again.feedback
    said = Changes(note=f"says {CANARY}", answer=f"about {CANARY}")
    TriageService(town.database).review(town.root, given.id, given.updated_at, said)


def _leave_more(town: Town) -> None:
    kim = town.kim
    DraftService(town.database).keep(kim, town.text, Draft(rating=1, comment=CANARY))
    PromptService(town.database).create(kim, CANARY, "In short: {{text}}", CANARY)
    PromptService(town.database).create(kim, "Short", "In short: {{text}}", "", shared=True)
    town.accounts.add_key(kim, CANARY)
    SavedViewService(town.database).save(town.root, "of one", FeedbackFilter(user=NAME))
    with town.database.unit_of_work() as session:
        session.add(Identity(issuer="https://id.example", subject=NAME, user_id=kim.user_id))
        session.add(Limit(id=new_id(), user_id=kim.user_id, task="detection", per_minute=3))
        session.add(RunProgress(run_id=town.text, part=0, events={"text": CANARY}))
        attempt = {"account": NAME, "address": "192.0.2.7", "known_address": True}
        session.add(SignInAttempt(id=new_id(), **attempt))


def figures(town: Town) -> str:
    """The header and every rating, as a reviewer reads them."""
    review = ReviewService(town.database)
    page = review.page(town.root, FeedbackFilter(), size=100)
    told = [
        (row.feedback.rating, row.feedback.review_status, row.verdicts, row.top_score)
        for row in page.rows
    ]
    return repr((review.header(town.root, FeedbackFilter()), told))
