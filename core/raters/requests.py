"""Asking others to rate a run; with a reference the request is an anchor, unseen as such."""

from collections.abc import Sequence
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.clock import now
from core.errors import Conflict, Invalid, NotFound
from core.feedback.checks import checked_rating
from core.permissions import ROLE_PERMISSIONS, Actor, Permission, Role
from core.raters.types import AskedRun, Candidate, RatingRequest
from core.runs.access import usable_run
from core.runs.types import RunStatus, Task
from db.repositories.requests import CandidateRow, RequestRepository, RequestRow
from db.repositories.runs import RunRepository
from db.session import Database

MAX_LISTED = 200
_RATING_ROLES = tuple(role for role in Role if Permission.RATE in ROLE_PERMISSIONS[role])


class RequestService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(
        self, actor: Actor, run_id: UUID, user_ids: Sequence[UUID], reference: int | None = None
    ) -> tuple[RatingRequest, ...]:
        """Ask people to rate a run, whoever's it is. Returns all requests of the run.

        Who is asked already is not asked again, but measured by the new `reference`. It shows to
        reviewers only.

        Raises
        ------
        NotFound : no such run.
        Invalid : nobody is named, somebody cannot rate, or `reference` is not from 1 to 5.
        Conflict : the run is still being written, or somebody named has rated it already.
        """
        actor.require(Permission.REVIEW)
        if reference is not None:
            checked_rating(reference)
        named = tuple(dict.fromkeys(user_ids))
        if not named:
            raise Invalid("Nobody is named; choose at least one person to ask.")
        with self._database.unit_of_work() as session:
            run, _ = usable_run(RunRepository(session), actor, run_id)
            if run.status == RunStatus.RUNNING:
                raise Conflict(
                    "This run is still being written; wait for its end, then ask.",
                    facts={"status": run.status},
                )
            requests = RequestRepository(session)
            _check_named(named, requests.candidates(run_id, _RATING_ROLES))
            requests.put(
                [
                    {"run_id": run_id, "user_id": user_id, "asked_by": actor.user_id}
                    | {"reference": reference, "created_at": now()}
                    for user_id in named
                ]
            )
            record(
                session,
                actor,
                Action.RATING_ASKED,
                (Target.RUN, run_id),
                after={"user_ids": [str(user_id) for user_id in named], "reference": reference},
            )
            rows = requests.of_run(run_id)
        return tuple(map(_as_request, rows))

    def ask_named(
        self, actor: Actor, run_id: UUID, usernames: Sequence[str], reference: int | None = None
    ) -> tuple[RatingRequest, ...]:
        """`ask` by names, in any case; `Invalid` names one that cannot be asked."""
        known = {each.username.lower(): each for each in self.candidates(actor, run_id)}
        for name in usernames:
            if name.lower() not in known:
                raise Invalid(
                    f"“{name[:60]}” cannot rate: unknown, disabled or a guest.",
                    facts={"field": "usernames", "allowed_roles": list(_RATING_ROLES)},
                )
        return self.ask(actor, run_id, [known[n.lower()].user_id for n in usernames], reference)

    def take_back(self, actor: Actor, run_id: UUID, user_id: UUID) -> None:
        """Ask no more: somebody else's run is out of their sight again. A rating given stays.

        Raises
        ------
        NotFound : there is no such request.
        """
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            removed = RequestRepository(session).remove(run_id, user_id)
            if removed is None:
                raise NotFound("There is no such request; it may be taken back already.")
            record(
                session,
                actor,
                Action.RATING_UNASKED,
                (Target.RUN, run_id),
                before={"user_ids": [str(user_id)]},
            )

    def waiting(self, actor: Actor) -> tuple[AskedRun, ...]:
        """What the actor is asked to rate and has not rated yet, newest first."""
        return self._asked_of(actor, waiting=True)

    def rated(self, actor: Actor) -> tuple[AskedRun, ...]:
        """What the actor was asked to rate, and did; the newest requests first."""
        return self._asked_of(actor, waiting=False)

    def of_run(self, actor: Actor, run_id: UUID) -> tuple[RatingRequest, ...]:
        """Who was asked to rate a run, and what they said."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            rows = RequestRepository(session).of_run(run_id)
        return tuple(map(_as_request, rows))

    def candidates(self, actor: Actor, run_id: UUID) -> tuple[Candidate, ...]:
        """Everybody who may rate, by name."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            rows = RequestRepository(session).candidates(run_id, _RATING_ROLES)
        return tuple(
            Candidate(row.user_id, row.username, Role(row.role), row.asked, row.rating)
            for row in rows
        )

    def anchors(self, actor: Actor) -> tuple[RatingRequest, ...]:
        """The newest requests that have a reference, rated or not."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            rows = RequestRepository(session).anchors(MAX_LISTED)
        return tuple(map(_as_request, rows))

    def _asked_of(self, actor: Actor, *, waiting: bool) -> tuple[AskedRun, ...]:
        actor.require(Permission.RATE)
        with self._database.unit_of_work() as session:
            rows = RequestRepository(session).asked_of(actor.user_id, MAX_LISTED, waiting=waiting)
        return tuple(
            AskedRun(row.run_id, Task(row.task), row.prompt, row.asked_at, row.rating)
            for row in rows
        )


def _check_named(named: Sequence[UUID], candidates: Sequence[CandidateRow]) -> None:
    known = {each.user_id: each for each in candidates}
    if any(user_id not in known for user_id in named):
        raise Invalid(
            "Somebody named cannot rate: disabled, a guest, or gone; choose others.",
            facts={"allowed_roles": list(_RATING_ROLES)},
        )
    done = [known[user_id].username for user_id in named if known[user_id].rating is not None]
    if done:
        raise Conflict(
            f"Rated already by {', '.join(done)}; ask others.", facts={"usernames": done}
        )


def _as_request(row: RequestRow) -> RatingRequest:
    return RatingRequest(
        run_id=row.run_id,
        user_id=row.user_id,
        username=row.username,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        task=Task(row.task),
        prompt=row.prompt,
        reference=row.reference,
        rating=row.rating,
        feedback_id=row.feedback_id,
    )
