"""People, what belongs to them, and how each of them calls."""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from starlette.testclient import TestClient

from core.accounts.base import fingerprint, new_secret
from core.clock import now
from core.generation.types import SamplingParams
from core.ids import new_id
from core.jobs.types import GenerateTask, ItemPrompt
from core.limits.types import Quota
from core.permissions import Actor, Face, Role, Scope
from core.review.types import FeedbackFilter
from core.runs.types import Task
from core.workbench import Workbench
from db.models import Identity, Session, User

_QUOTA = Quota(per_minute=100, per_day=None, streams=None)
COOKIE = "glimpse_session"


class Kind(StrEnum):
    """What the path of a route may name."""

    DETECTOR = "detector"
    GENERATOR = "generator"
    DETECTION = "detection"
    PAIR = "pair"
    """Two detections on one picture."""
    GENERATION = "generation"
    RATED = "rated"
    """A run with a rating of its owner's."""
    WITHDRAWN = "withdrawn"
    """A run whose owner took their rating back."""
    RATING = "rating"
    PROMPT = "prompt"
    JOB = "job"
    """Of texts, and it waits."""
    SESSION = "session"
    """A sign-in."""
    VIEW = "view"
    KEY = "key"
    REVOKED_KEY = "revoked_key"
    ENTRY = "entry"
    """Of the audit log."""
    # What follows is nobody's own: only admins reach any of it.
    USER = "user"
    LIMITED = "limited"
    """A user with a limit of their own for a task, and the task."""
    SIGNED_IN = "signed_in"
    """A user, and a session of theirs."""
    LINKED = "linked"
    """A user who may sign in at an identity provider."""
    TO_BE_ERASED = "to_be_erased"
    ROLE = "role"
    """A role, and a task."""
    BROKEN = "broken"
    """A model that cannot be used, so that nobody else is disturbed."""


MODELS = {Kind.DETECTOR: "shapes", Kind.GENERATOR: "pace"}
"""Everybody's."""
NOBODYS_OWN = frozenset(
    {
        *(Kind.USER, Kind.LIMITED, Kind.SIGNED_IN, Kind.LINKED, Kind.TO_BE_ERASED, Kind.ROLE),
        Kind.BROKEN,
    }
)


@dataclass(frozen=True)
class Caller:
    """Somebody, by the cookie of a session or by a key; `role` None is nobody."""

    name: str
    role: Role | None
    by_key: bool = False
    scope: Scope | None = None

    def __str__(self) -> str:
        how = f" with a key for {self.scope or 'everything'}" if self.by_key else ""
        return self.name + how


NOBODY = Caller("nobody", None)
CALLERS = (
    NOBODY,
    Caller("gus", Role.GUEST),
    Caller("ana", Role.ANALYST),
    Caller("root", Role.ADMIN),
    Caller("ana", Role.ANALYST, by_key=True),
    Caller("root", Role.ADMIN, by_key=True),
    *(Caller("ana", Role.ANALYST, by_key=True, scope=scope) for scope in Scope),
)


@dataclass
class World:
    """Users gus (guest), ana and ben (analysts), root and ada (admins), over a workbench."""

    bench: Workbench
    app: Any
    portal: Any
    picture: bytes
    actors: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bench.prompts.ensure_shipped()
        for name, role in (
            *(("gus", Role.GUEST), ("ana", Role.ANALYST), ("ben", Role.ANALYST)),
            *(("root", Role.ADMIN), ("ada", Role.ADMIN)),
        ):
            user_id = new_id()
            with self.bench.database.unit_of_work() as session:
                session.add(User(id=user_id, username=name, role=role, password_hash="-"))
            self.actors[name] = Actor(user_id, name, role, Face.UI)

    @property
    def picture_base64(self) -> str:
        return base64.b64encode(self.picture).decode()

    def client(self, caller: Caller) -> TestClient:
        """A browser with the cookie of a new session, or a program with a new key."""
        headers, cookies = {"Origin": "http://testserver"}, {}
        if caller.by_key:
            scopes = None if caller.scope is None else {caller.scope}
            accounts = self.bench.accounts
            key = accounts.add_key(accounts.system_actor(), "test", scopes, caller.name)
            headers["Authorization"] = f"Bearer {key.secret}"
        elif caller.role is not None:
            cookies[COOKIE] = self.session(caller.name)[1]
        made = TestClient(self.app, headers=headers, cookies=cookies)
        made.portal = self.portal
        return made

    def session(self, name: str) -> tuple[UUID, str]:
        """A new session of theirs: its id and the cookie's token."""
        return self._new_session(self.actors[name].user_id)

    def _new_session(self, user_id: UUID) -> tuple[UUID, str]:
        token, session_id = new_secret(), new_id()
        with self.bench.database.unit_of_work() as session:
            session.add(
                Session(
                    id=session_id,
                    user_id=user_id,
                    token_hash=fingerprint(token),
                    epoch=0,
                    expires_at=now() + timedelta(hours=1),
                )
            )
        return session_id, token

    def username(self, user_id: UUID) -> str:
        return self.bench.accounts.person(self.actors["root"], user_id).user.username

    def thing(self, kind: Kind, caller: Caller, *, own: bool) -> Any:
        """The id of a new thing of the caller's, or of a stranger's."""
        if kind is Kind.BROKEN:
            return "gone"
        if kind in MODELS:
            return MODELS[kind]
        return getattr(self, f"_{kind}")(self._owner(kind, caller, own=own))

    def new_name(self) -> str:
        return f"n{new_id()}"

    def seen(self, feedback_id: UUID) -> str:
        rows = self.bench.review.page(self.actors["root"], FeedbackFilter()).rows
        found = next(row.feedback for row in rows if row.feedback.id == feedback_id)
        return found.updated_at.isoformat()

    def _owner(self, kind: Kind, caller: Caller, *, own: bool) -> Actor:
        if kind is Kind.VIEW:  # only admins have any
            return self.actors["root" if own and caller.role is Role.ADMIN else "ada"]
        if own and caller.role is not None:
            return self.actors[caller.name]
        return self.actors["ben"]

    def _rater(self, owner: Actor) -> Actor:
        """Guests rate nothing."""
        return self.actors["ben"] if owner.role is Role.GUEST else owner

    def _detection(self, owner: Actor) -> UUID:
        return self.bench.detection.detect(owner, self.picture, "red circle").id

    def _pair(self, owner: Actor) -> tuple[UUID, UUID]:
        other = self.bench.detection.detect(owner, self.picture, "blue square")
        return self._detection(owner), other.id

    def _generation(self, owner: Actor) -> UUID:
        generation = self.bench.generation
        params = SamplingParams(max_new_tokens=2)
        run = generation.start(owner, "two words", params, model="pace")
        generation.wait(owner, run.id, timeout_s=30)
        return run.id

    def _rated(self, owner: Actor) -> UUID:
        rater = self._rater(owner)
        run_id = self._detection(rater)
        self.bench.feedback.rate(rater, run_id, 2)
        return run_id

    def _withdrawn(self, owner: Actor) -> UUID:
        run_id = self._rated(owner)
        rater = self._rater(owner)
        self.bench.feedback.withdraw(rater, run_id)
        return run_id

    def _rating(self, owner: Actor) -> UUID:
        self._rated(owner)
        rows = self.bench.review.page(self.actors["root"], FeedbackFilter()).rows
        return rows[0].feedback.id

    def _job(self, owner: Actor) -> UUID:
        prompts = [ItemPrompt("two words")]
        return self.bench.jobs.generate(self._rater(owner), prompts, GenerateTask(model="pace")).id

    def _prompt(self, owner: Actor) -> UUID:
        return self.bench.prompts.create(self._rater(owner), self.new_name(), "Say {{word}}").id

    def _session(self, owner: Actor) -> UUID:
        return self.session(owner.username)[0]

    def _view(self, owner: Actor) -> UUID:
        return self.bench.views.save(owner, self.new_name(), FeedbackFilter()).id

    def _key(self, owner: Actor) -> UUID:
        accounts = self.bench.accounts
        return accounts.add_key(accounts.system_actor(), "a key", None, owner.username).info.id

    def _revoked_key(self, owner: Actor) -> UUID:
        key_id = self._key(owner)
        self.bench.accounts.revoke_key(self.bench.accounts.system_actor(), key_id)
        return key_id

    def _entry(self, owner: Actor) -> UUID:
        self._revoked_key(owner)
        return self.bench.audit.find(self.actors["root"]).entries[0].id

    def _role(self, _: Actor) -> tuple[str, str]:
        self.bench.limits.change(self.actors["root"], Role.ANALYST, Task.DETECTION, _QUOTA)
        return "analyst", "detection"

    def _user(self, _: Actor) -> UUID:
        user_id = new_id()
        with self.bench.database.unit_of_work() as session:
            session.add(User(id=user_id, username=self.new_name(), role="guest"))
        return user_id

    def _limited(self, owner: Actor) -> tuple[UUID, str]:
        user_id = self._user(owner)
        self.bench.limits.change(self.actors["root"], user_id, Task.DETECTION, _QUOTA)
        return user_id, "detection"

    def _signed_in(self, owner: Actor) -> tuple[UUID, UUID]:
        user_id = self._user(owner)
        return user_id, self._new_session(user_id)[0]

    def _linked(self, owner: Actor) -> UUID:
        user_id = self._user(owner)
        with self.bench.database.unit_of_work() as session:
            session.execute(delete(Identity))
        self.bench.accounts.link_identity(
            self.actors["root"], user_id, "https://id.example", "somebody"
        )
        return user_id

    def _to_be_erased(self, owner: Actor) -> UUID:
        user_id = self._user(owner)
        self.bench.erasure.erase_user(self.actors["root"], user_id, self.username(user_id))
        return user_id
