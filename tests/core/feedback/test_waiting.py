"""A rating given while the database is away: kept, sent once, never an older over a newer one;
what cannot be stored is set aside."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from core.clock import now
from core.detection.types import Box
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from core.feedback.types import BoxVerdict, MissedObject, Rated, Verdict, Waiting
from core.feedback.verdicts import VerdictService
from core.ids import new_id
from core.permissions import Role
from db.models import User
from db.session import Database
from tests.core.feedback.desk import Desk
from tests.core.feedback.detections import detection
from tests.core.feedback.switched import signed_in
from tests.core.review import rows


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


def test_a_conflict_of_the_moment_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.feedback, "say", lambda *_: None)
    with pytest.raises(Conflict, match="withdrawn"):
        desk.service.rate(desk.ann, desk.says(4))


def test_what_somebody_erased_had_said_is_dropped(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.rate_while_away(desk.says(1))
    with desk.database.unit_of_work() as session:
        session.execute(update(User).values(active=False, erased_at=now()))
    desk.drain()
    monkeypatch.setattr("core.feedback.drainer._SWEEP_S", 0.0)
    desk.drain()
    assert desk.outbox.refused_count() == desk.outbox.waiting() == 0
