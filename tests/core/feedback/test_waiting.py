"""A rating given while the database is away: kept, sent once, checked again, never an older over
a newer one."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isnan
from pathlib import Path
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select, update

from core.accounts.service import AccountService
from core.clock import now
from core.config import Settings
from core.detection.types import Box
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from core.feedback.drainer import Drainer
from core.feedback.outbox import Outbox
from core.feedback.service import FeedbackService
from core.feedback.types import BoxVerdict, MissedObject, Rated, Said, Verdict, Waiting
from core.feedback.verdicts import VerdictService
from core.feedback.waiting import WaitingService
from core.ids import new_id
from core.permissions import Actor, Role
from db.models import Feedback, FeedbackEvent, Run, User
from db.models import Session as SignIn
from db.session import Database
from tests.core.feedback.detections import detection
from tests.core.feedback.switched import SwitchedDatabase, signed_in
from tests.core.review import rows


@dataclass
class Desk:
    """One analyst, their run, and the services over a database that can be switched off."""

    database: SwitchedDatabase
    outbox: Outbox
    feedback: FeedbackService
    accounts: AccountService
    service: WaitingService
    ann: Actor
    run_id: UUID

    def says(self, rating: int, comment: str = "", **more: object) -> Said:
        return replace(Said(self.run_id, rating, comment=comment), **more)  # type: ignore[arg-type]

    def rate_while_away(self, said: Said, actor: Actor | None = None) -> Waiting:
        self.database.gone = True
        answer = self.service.rate(actor or self.ann, said)
        self.database.gone = False
        assert isinstance(answer, Waiting)
        return answer

    def drain(self) -> int:
        return self.service.drainer.drain()

    def stored(self) -> list[tuple[int, str]]:
        with self.database.unit_of_work() as session:
            found = session.execute(select(Feedback.rating, Feedback.comment)).all()
        return [(rating, comment) for rating, comment in found]

    def events(self) -> list[str]:
        with self.database.unit_of_work() as session:
            return list(
                session.scalars(select(FeedbackEvent.action).order_by(FeedbackEvent.created_at))
            )

    def refusal(self) -> str | None:
        kept = self.service.of(self.ann, self.run_id)
        return None if kept is None else kept.refusal


@pytest.fixture
def desk(
    database: Database, database_url: str, settings: Settings, tmp_path: Path
) -> Iterator[Desk]:
    switched = SwitchedDatabase(database_url)
    feedback, accounts = FeedbackService(switched), AccountService(switched, settings)
    outbox = Outbox(tmp_path / "var")
    ann = signed_in(database, "ann")
    run_id = rows.run(database, ann, rows.model(database, "generation", "writer"))
    service = WaitingService(feedback, accounts, outbox)
    yield Desk(switched, outbox, feedback, accounts, service, ann, run_id)
    service.close()
    switched.close()


def test_with_the_database_there_a_rating_is_stored_and_nothing_waits(desk: Desk) -> None:
    answer = desk.service.rate(desk.ann, desk.says(4, "fine"))
    assert isinstance(answer, Rated)
    assert answer.created
    assert desk.stored() == [(4, "fine")]
    assert not desk.outbox.path.exists()


def test_with_the_database_away_it_waits_and_is_sent_once(desk: Desk) -> None:
    said = desk.says(4, "第二行", tags=("mine",), corrected_text="Something else.")
    waiting = desk.rate_while_away(said)
    assert (waiting.said, waiting.username, waiting.refusal) == (said, "ann", None)
    assert desk.service.of(desk.ann, desk.run_id) == waiting
    assert desk.stored() == []
    assert desk.drain() == 0
    assert desk.drain() == 0
    kept = desk.feedback.own(desk.ann, desk.run_id)
    assert kept is not None
    assert (kept.rating, kept.comment, kept.tags) == (4, "第二行", ("mine",))
    assert kept.corrected_text == "Something else."
    assert kept.created_at == waiting.at
    assert desk.service.of(desk.ann, desk.run_id) is None
    assert desk.events() == ["rated"]


def test_verdicts_said_with_a_rating_are_kept_with_it(desk: Desk, database: Database) -> None:
    run_id = detection(database, desk.ann, rows.model(database, "detection", "shapes"), "cat")
    said = replace(
        desk.says(2),
        run_id=run_id,
        boxes=(BoxVerdict(0, Verdict.LOOSE),),
        missed=(MissedObject("dog", Box(1, 2, 30, 40)),),
    )
    assert desk.rate_while_away(said).said == said
    assert desk.drain() == 0
    judged = VerdictService(desk.database).of(desk.ann, run_id)
    assert judged.verdicts == (BoxVerdict(0, Verdict.LOOSE),)
    assert [(each.label, each.box) for each in judged.missed] == [("dog", Box(1, 2, 30, 40))]


def test_edits_are_sent_in_order_and_the_last_one_stands(desk: Desk) -> None:
    for rating in (1, 2, 3):
        desk.rate_while_away(desk.says(rating))
    assert desk.drain() == 0
    assert desk.stored() == [(3, "")]
    assert desk.events() == ["rated", "changed", "changed"]


def test_an_older_word_never_replaces_a_newer_one(desk: Desk) -> None:
    desk.rate_while_away(desk.says(1, "older"))
    desk.service.rate(desk.ann, desk.says(5, "newer"))
    assert desk.drain() == 0
    assert desk.stored() == [(5, "newer")]
    assert desk.events() == ["rated"]


def test_what_was_withdrawn_later_does_not_come_back(desk: Desk) -> None:
    desk.service.rate(desk.ann, desk.says(3))
    desk.rate_while_away(desk.says(1, "older than the withdrawal"))
    desk.feedback.withdraw(desk.ann, desk.run_id)
    assert desk.drain() == 0
    assert desk.stored() == []
    assert desk.events() == ["rated", "withdrawn"]


@pytest.mark.parametrize("key", [None, "one key"])
def test_a_commit_whose_answer_was_lost_is_not_stored_twice(desk: Desk, key: str | None) -> None:
    desk.database.cut = True
    answer = desk.service.rate(desk.ann, desk.says(4, key=key))
    desk.database.cut = False
    assert isinstance(answer, Waiting)
    assert desk.stored() == [(4, "")]
    assert desk.drain() == 0
    assert (desk.stored(), desk.events()) == ([(4, "")], ["rated"])


@pytest.mark.parametrize("key", [None, "one key"])
def test_a_lost_answer_with_a_later_edit_in_between(desk: Desk, key: str | None) -> None:
    """The row keeps the key of the first, and the words of the second."""
    desk.database.cut = True
    desk.service.rate(desk.ann, desk.says(4, key=key))
    desk.database.cut = False
    desk.service.rate(desk.ann, desk.says(2, "second"))
    assert desk.drain() == 0
    assert (desk.stored(), desk.events()) == ([(2, "second")], ["rated", "changed"])


@pytest.mark.parametrize("key", [None, "one key"])
def test_a_lost_answer_with_a_withdrawal_in_between(desk: Desk, key: str | None) -> None:
    desk.database.cut = True
    desk.service.rate(desk.ann, desk.says(4, key=key))
    desk.database.cut = False
    desk.feedback.withdraw(desk.ann, desk.run_id)
    assert desk.drain() == 0
    assert (desk.stored(), desk.events()) == ([], ["rated", "withdrawn"])


def test_a_lost_answer_repeated_under_its_key_before_it_is_sent(desk: Desk) -> None:
    desk.database.cut = True
    first = desk.service.rate(desk.ann, desk.says(4, key="one key"))
    desk.database.cut = False
    assert desk.service.rate(desk.ann, desk.says(4, key="one key")) == first
    assert desk.drain() == 0
    again = desk.service.rate(desk.ann, desk.says(4, key="one key"))
    assert isinstance(again, Rated)
    assert not again.created
    assert desk.events() == ["rated"]


def test_a_request_that_waits_is_not_said_anew_by_its_repeat(desk: Desk) -> None:
    first = desk.rate_while_away(desk.says(4, key="one key"))
    desk.rate_while_away(desk.says(2, "said later"))
    for gone in (True, False):
        desk.database.gone = gone
        assert desk.service.rate(desk.ann, desk.says(4, key="one key")) == first
        with pytest.raises(Conflict, match="another rating"):
            desk.service.rate(desk.ann, desk.says(5, key="one key"))
    assert desk.drain() == 0
    assert desk.stored() == [(2, "said later")]


def test_a_key_kept_for_a_rating_and_used_for_another_meanwhile_is_refused(
    desk: Desk, database: Database
) -> None:
    desk.rate_while_away(desk.says(4, key="one key"))
    other = rows.run(database, desk.ann, rows.model(database, "generation", "other"))
    desk.service.rate(desk.ann, replace(desk.says(1, key="one key"), run_id=other))
    assert desk.drain() == 0
    assert "used for another rating" in (desk.refusal() or "")


def test_a_process_that_dies_after_the_commit_sends_again_without_harm(desk: Desk) -> None:
    waiting = desk.rate_while_away(desk.says(4))
    (entry,) = desk.outbox.due(1)
    desk.service._send(entry)
    assert desk.drain() == 0
    assert (desk.stored(), desk.events()) == ([(4, "")], ["rated"])
    desk.outbox.put(entry)
    desk.service.rate(desk.ann, desk.says(5))
    assert desk.drain() == 0
    assert desk.stored() == [(5, "")]
    assert waiting.at == entry.said_at


def test_the_database_going_away_while_sending_keeps_the_rest_and_its_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for rating in (1, 2, 3):
        desk.rate_while_away(desk.says(rating))
    sent: list[int] = []
    say = desk.feedback.say

    def twice_at_most(actor: Actor, said: Said, at: object) -> object:
        if len(sent) == 2:
            raise Unavailable("gone again")
        sent.append(said.rating)
        return say(actor, said, at)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.feedback, "say", twice_at_most)
    assert desk.drain() == 1
    assert desk.stored() == [(2, "")]
    monkeypatch.undo()
    assert desk.drain() == 0
    assert desk.stored() == [(3, "")]


def test_what_is_invalid_is_refused_before_it_is_kept(desk: Desk) -> None:
    desk.database.gone = True
    for said in (desk.says(6), desk.says(3, "a\x07b"), desk.says(3, tags=("x" * 41,))):
        with pytest.raises(Invalid):
            desk.service.rate(desk.ann, said)
        with pytest.raises(Invalid):
            desk.service.keep(desk.ann, said)
    assert desk.outbox.waiting() == 0


def test_guests_and_callers_without_a_sign_in_keep_nothing(desk: Desk) -> None:
    desk.database.gone = True
    with pytest.raises(NotAllowed):
        desk.service.keep(replace(desk.ann, role=Role.GUEST), desk.says(3))
    with pytest.raises(Unavailable):
        desk.service.rate(replace(desk.ann, session_id=None), desk.says(3))
    assert desk.outbox.waiting() == 0


def test_a_run_still_being_written_is_waited_for_without_holding_up_the_others(
    desk: Desk, database: Database
) -> None:
    writer = rows.model(database, "generation", "other")
    running = rows.run(database, desk.ann, writer, status="running")
    desk.rate_while_away(replace(desk.says(1), run_id=running))
    desk.rate_while_away(desk.says(5))
    assert desk.drain() == 1
    assert desk.stored() == [(5, "")]
    with database.unit_of_work() as session:
        session.execute(update(Run).where(Run.id == running).values(status="done"))
    desk.outbox.put_off(desk.outbox.of(desk.ann.user_id, running)[0].id, -1)
    assert desk.drain() == 0
    assert sorted(desk.stored()) == [(1, ""), (5, "")]


def test_a_rating_of_a_run_that_is_gone_is_set_aside_and_shown(
    desk: Desk, database: Database
) -> None:
    grace = signed_in(database, "grace", Role.ADMIN)
    desk.rate_while_away(replace(desk.says(1, "of a run that is gone"), run_id=new_id()))
    desk.rate_while_away(desk.says(5))
    assert desk.drain() == 0
    assert desk.stored() == [(5, "")]
    (refused,) = desk.service.refused(grace)
    assert (refused.username, refused.said.comment) == ("ann", "of a run that is gone")
    assert refused.refusal == "There is no such run; check its id."
    desk.service.try_again(grace, refused.id)
    assert desk.service.count(grace) == 1
    assert desk.drain() == 0
    assert desk.service.discard(grace, refused.id).said.rating == 1
    assert desk.service.refused(grace) == ()
    for gone in (desk.service.discard, desk.service.try_again):
        with pytest.raises(NotFound):
            gone(grace, refused.id)


def test_only_reviewers_see_and_settle_what_was_set_aside(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.service.refused(desk.ann)
    with pytest.raises(NotAllowed):
        desk.service.count(desk.ann)
    for settle in (desk.service.try_again, desk.service.discard):
        with pytest.raises(NotAllowed):
            settle(desk.ann, new_id())


def test_what_waits_can_not_be_discarded(desk: Desk, database: Database) -> None:
    grace = signed_in(database, "grace", Role.ADMIN)
    waiting = desk.rate_while_away(desk.says(4))
    with pytest.raises(NotFound):
        desk.service.discard(grace, waiting.id)
    assert desk.drain() == 0
    assert desk.stored() == [(4, "")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (update(User).values(active=False), "may not sign in"),
        (update(User).values(role="guest"), "role"),
        (update(User).values(epoch=1), "were ended"),
        (update(User).values(must_change_password=True), "temporary"),
        (update(SignIn).values(revoked_at=now() - timedelta(days=1)), "had ended"),
        (update(SignIn).values(expires_at=now() - timedelta(days=1)), "had ended"),
    ],
)
def test_who_may_not_rate_any_more_is_refused_when_it_is_sent(
    desk: Desk, change: object, why: str
) -> None:
    desk.rate_while_away(desk.says(4))
    with desk.database.unit_of_work() as session:
        session.execute(change)  # type: ignore[call-overload]
    assert desk.drain() == 0
    assert desk.stored() == []
    assert why in (desk.refusal() or "")


def test_signing_out_after_it_was_said_loses_nothing(desk: Desk) -> None:
    desk.rate_while_away(desk.says(4))
    desk.accounts.sign_out(desk.ann)
    assert desk.drain() == 0
    assert desk.stored() == [(4, "")]


def test_nobody_speaks_in_another_persons_sign_in(desk: Desk, database: Database) -> None:
    mallory = signed_in(database, "mallory", Role.ADMIN)
    forged = replace(desk.ann, session_id=mallory.session_id)
    desk.rate_while_away(desk.says(1), forged)
    assert desk.drain() == 0
    assert desk.stored() == []
    assert "somebody else" in (desk.refusal() or "")


def test_a_later_word_takes_the_place_of_one_that_was_refused(
    desk: Desk, database: Database
) -> None:
    grace = signed_in(database, "grace", Role.ADMIN)
    desk.rate_while_away(desk.says(1))
    with desk.database.unit_of_work() as session:
        session.execute(update(User).where(User.username == "ann").values(active=False))
    desk.drain()
    assert len(desk.service.refused(grace)) == 1
    with desk.database.unit_of_work() as session:
        session.execute(update(User).values(active=True))
    desk.rate_while_away(desk.says(5))
    assert desk.drain() == 0
    assert desk.stored() == [(5, "")]
    assert desk.service.refused(grace) == ()


def test_an_unexpected_error_is_tried_again_later_and_in_the_end_set_aside(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rate_while_away(desk.says(1))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk.feedback, "say", broken)
    tries = 0
    while desk.drain():
        tries += 1
        assert desk.outbox.due(1) == []
        with desk.outbox._using() as db:
            db.execute("update outbox set due = 0")
    assert tries == 19
    assert "ZeroDivisionError" in (desk.refusal() or "")


def test_one_process_of_several_drains(desk: Desk) -> None:
    beside = Outbox(desk.outbox.path.parent)
    other = Drainer(beside, desk.service._send, desk.service._overtaken)
    desk.rate_while_away(desk.says(1))
    assert other.drain() == 0
    desk.rate_while_away(desk.says(2))
    assert desk.drain() == 1
    other.close()
    assert desk.drain() == 0
    assert desk.stored() == [(2, "")]


def test_the_thread_sends_by_itself_once_the_database_is_back(desk: Desk) -> None:
    desk.service.start()
    desk.database.gone = True
    desk.service.rate(desk.ann, desk.says(4))
    time.sleep(0.5)
    assert desk.outbox.waiting() == 1
    assert REGISTRY.get_sample_value("glimpse_outbox_depth") == 1
    desk.database.gone = False
    _until(lambda: desk.outbox.waiting() == 0)
    assert desk.stored() == [(4, "")]
    assert REGISTRY.get_sample_value("glimpse_outbox_depth") == 0


def test_what_a_dead_process_left_is_sent_at_the_next_start(desk: Desk) -> None:
    desk.rate_while_away(desk.says(4))
    desk.service.start()
    _until(lambda: desk.stored() == [(4, "")])


def test_the_depth_of_an_outbox_that_cannot_be_read_is_no_number(desk: Desk) -> None:
    desk.outbox.path.parent.mkdir()
    desk.outbox.path.write_bytes(b"no database" * 1000)
    desk.service.start()
    depth = REGISTRY.get_sample_value("glimpse_outbox_depth")
    assert depth is not None
    assert isnan(depth)


def test_ratings_given_at_once_while_the_database_flickers_end_at_the_last_word(
    desk: Desk, database: Database
) -> None:
    desk.service.start()
    acknowledged: dict[UUID, list[int]] = {}
    model_id = rows.model(database, "generation", "other")
    runs = [rows.run(database, desk.ann, model_id) for _ in range(4)]

    def work(run_id: UUID) -> None:
        for n in range(25):
            desk.service.rate(desk.ann, Said(run_id, n % 5 + 1, comment=str(n)))
            acknowledged.setdefault(run_id, []).append(n)

    threads = [threading.Thread(target=work, args=(run_id,)) for run_id in runs]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        desk.database.gone = not desk.database.gone
        time.sleep(0.03)
    desk.database.gone = False
    _until(lambda: desk.outbox.waiting() == 0)
    assert {comment for _, comment in desk.stored()} == {"24"}
    assert {len(each) for each in acknowledged.values()} == {25}
    with database.unit_of_work() as session:
        rated = session.scalar(select(func.count()).where(FeedbackEvent.action == "rated"))
    assert rated == 4


def test_a_conflict_of_the_moment_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.feedback, "say", lambda *_: None)
    with pytest.raises(Conflict, match="withdrawn"):
        desk.service.rate(desk.ann, desk.says(4))


def _until(what: Callable[[], bool], limit_s: float = 15) -> None:
    end = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)
