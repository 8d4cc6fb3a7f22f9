"""What waits is sent once the database is back: by one process, in order, checked again."""

import threading
import time
from dataclasses import replace
from datetime import timedelta
from math import isnan
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select, update

from core.clock import now
from core.errors import Unavailable
from core.feedback.drainer import Drainer
from core.feedback.outbox import Outbox
from core.feedback.types import Said
from core.ids import new_id
from core.permissions import Actor, Role
from db.models import FeedbackEvent, Run, User
from db.models import Session as SignIn
from db.session import Database
from tests.core.feedback.desk import Desk, until
from tests.core.feedback.switched import signed_in
from tests.core.review import rows


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


def test_what_another_version_kept_is_set_aside_and_breaks_no_list(
    desk: Desk, database: Database
) -> None:
    grace = signed_in(database, "grace", Role.ADMIN)
    desk.rate_while_away(desk.says(4))
    (entry,) = desk.outbox.due(1)
    desk.outbox.put(replace(entry, id=new_id(), run_id=new_id(), body='{"username": "ann"}'))
    assert desk.drain() == 0
    assert desk.stored() == [(4, "")]
    (refused,) = desk.outbox.refused(10)
    assert "cannot read it" in (refused.refusal or "")
    assert desk.service.refused(grace) == ()


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
    until(lambda: desk.outbox.waiting() == 0)
    assert desk.stored() == [(4, "")]
    assert REGISTRY.get_sample_value("glimpse_outbox_depth") == 0


def test_what_a_dead_process_left_is_sent_at_the_next_start(desk: Desk) -> None:
    desk.rate_while_away(desk.says(4))
    desk.service.start()
    until(lambda: desk.stored() == [(4, "")])


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
    until(lambda: desk.outbox.waiting() == 0)
    assert {comment for _, comment in desk.stored()} == {"24"}
    assert {len(each) for each in acknowledged.values()} == {25}
    with database.unit_of_work() as session:
        rated = session.scalar(select(func.count()).where(FeedbackEvent.action == "rated"))
    assert rated == 4
