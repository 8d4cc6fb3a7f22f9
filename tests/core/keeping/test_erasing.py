"""A person is erased: nothing they wrote is left anywhere, and every figure stays."""

import pytest
from sqlalchemy import text

from core.accounts.service import AccountService
from core.config import Settings
from core.detection.service import DetectionService
from core.errors import Removed
from core.feedback.service import FeedbackService
from core.keeping.erasure import ErasureService
from core.keeping.service import KeepingService
from core.permissions import Role
from core.prompts.service import PromptService
from core.review import rollups
from core.review.charts import ChartService
from core.review.saved_views import SavedViewService
from core.review.types import FeedbackFilter
from core.runs.service import RunService
from db.models import AuditEntry, Feedback, Run, User
from db.session import Database
from tests.core.keeping.conftest import CANARY, NAME, PASSWORD, Town, figures

_COLUMNS = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = 'public' and data_type in ('text', 'jsonb', 'bytea', 'ARRAY', 'tsvector')
"""


def holding(database: Database, wanted: str) -> set[str]:
    """The columns of all tables that hold this text, in any case."""
    with database.unit_of_work() as session:
        columns = session.execute(text(_COLUMNS)).all()
        found = set()
        for table, column, kind in columns:
            shown = f"encode({column}, 'escape')" if kind == "bytea" else f"{column}::text"
            query = f"select count(*) from {table} where {shown} ilike '%' || :wanted || '%'"  # noqa: S608
            if session.execute(text(query), {"wanted": wanted}).scalar_one():
                found.add(f"{table}.{column}")
    return found


def erase(town: Town, settings: Settings) -> bool:
    ErasureService(town.database).erase_user(town.root, town.kim.user_id, NAME)
    return KeepingService(town.database, settings).erase_now(town.root, town.kim.user_id)


def test_no_column_of_any_table_holds_a_word_of_theirs(town: Town, settings: Settings) -> None:
    before = holding(town.database, CANARY)
    assert {
        *("runs.prompt", "runs.params", "runs.output", "images.content", "api_keys.label"),
        *("feedback.comment", "feedback.tags", "feedback.note", "feedback.answer"),
        *("feedback.corrected_text", "feedback.phrases", "feedback.verdicts", "feedback.search"),
        *("feedback.idempotency_key", "feedback_events.before", "feedback_events.after"),
        *("missed_boxes.label", "rating_drafts.body", "run_progress.events", "prompts.name"),
        *("prompts.description", "tag_totals.tag", "verdict_totals.phrase"),
    } <= before
    assert {"users.username", "identities.subject", "runs.trace_id"} <= holding(town.database, NAME)
    assert erase(town, settings)
    assert holding(town.database, CANARY) == set()
    assert holding(town.database, NAME) == set()


def test_every_figure_stays_and_no_count_drifts(town: Town, settings: Settings) -> None:
    before, charts = figures(town), ChartService(town.database).charts(town.root, FeedbackFilter())
    assert erase(town, settings)
    assert figures(town) == before
    after = ChartService(town.database).charts(town.root, FeedbackFilter())
    for name in ("trend", "models", "settings", "scores"):
        assert getattr(after, name) == getattr(charts, name), name
    assert all(
        drift.keys == 0 for drift in rollups.reconcile(town.database, AccountService.system_actor())
    )


def test_the_person_is_nobody_and_the_name_is_free(town: Town, settings: Settings) -> None:
    erase(town, settings)
    with town.database.unit_of_work() as session:
        user = session.get(User, town.kim.user_id)
        assert user is not None
        assert user.username == f"erased-{user.id.hex[-8:]}"
        assert (user.role, user.active, user.password_hash) == (Role.ANALYST, False, None)
        assert user.erased_at is not None
        for table in ("sessions", "api_keys", "identities", "limits", "rating_drafts"):
            left = f"select count(*) from {table} where user_id = :id"  # noqa: S608
            assert session.execute(text(left), {"id": user.id}).scalar_one() == 0, table
    town.accounts.add_user(town.root, NAME, Role.GUEST, PASSWORD)
    assert town.accounts.sign_in(NAME, PASSWORD, "a").actor.user_id != town.kim.user_id


def test_what_others_wrote_and_use_stays(town: Town, settings: Settings) -> None:
    erase(town, settings)
    with town.database.unit_of_work() as session:
        bobs = session.get(Run, town.bobs)
        assert bobs is not None
        assert bobs.prompt == "a plain text"
        assert bobs.erased_at is None
        comments = session.query(Feedback.comment, Feedback.note).filter_by(run_id=town.bobs)
        assert set(comments.all()) == {("", "looked at"), ("fine by me", "")}
        tags = session.query(Feedback.tags).filter_by(run_id=town.bobs, user_id=town.kim.user_id)
        assert tags.one()[0] == ["shared tag"]
    prompts = PromptService(town.database).visible(town.bob)
    assert [(each.name, each.owner) for each in prompts] == [
        ("Short", f"erased-{town.kim.user_id.hex[-8:]}")
    ]
    (view,) = SavedViewService(town.database).visible(town.root)
    assert view.filter.user == f"erased-{town.kim.user_id.hex[-8:]}"


def test_an_erased_run_says_so_to_those_who_might_see_it(town: Town, settings: Settings) -> None:
    erase(town, settings)
    detections = DetectionService.__new__(DetectionService)  # reads need no model
    detections._database = town.database
    with pytest.raises(Removed, match="its ratings still count"):
        detections.get(town.root, town.detection)
    with pytest.raises(Removed):
        detections.picture(town.root, town.detection)
    with pytest.raises(Removed):
        RunService(town.database).task_of(town.root, town.again)
    with pytest.raises(Removed):
        FeedbackService(town.database).rate(town.root, town.text, 5)


def test_it_is_in_the_audit_log_with_counts_and_no_name(town: Town, settings: Settings) -> None:
    erase(town, settings)
    with town.database.unit_of_work() as session:
        entries = session.query(AuditEntry).filter_by(target_id=str(town.kim.user_id)).all()
    told = {entry.action: entry for entry in entries}
    assert {"erasure_asked", "user_erased"} <= told.keys()
    assert told["user_erased"].after == {"runs": 3, "ratings": 3}
    assert told["user_erased"].actor_id == town.root.user_id


def test_a_run_that_is_still_written_puts_the_end_off(town: Town, settings: Settings) -> None:
    with town.database.unit_of_work() as session:
        session.execute(
            text("update runs set status = 'running' where id = :id"), {"id": town.text}
        )
    assert not erase(town, settings)
    assert "runs.prompt" in holding(town.database, CANARY)
    with town.database.unit_of_work() as session:
        session.execute(text("update runs set status = 'failed' where status = 'running'"))
    assert KeepingService(town.database, settings).erase_now(town.root, town.kim.user_id)
    assert holding(town.database, NAME) == set()


def test_a_picture_stays_while_somebody_elses_run_looks_at_it(
    town: Town, settings: Settings
) -> None:
    with town.database.unit_of_work() as session:
        session.execute(
            text("update runs set image_sha256 = :digest where id = :id"),
            {"digest": bytes(range(32)), "id": town.bobs},
        )
    erase(town, settings)
    assert "images.content" in holding(town.database, CANARY)
