"""Starting, stopping and recording."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.errors import Invalid, LimitReached, NotAllowed, NotFound, Unavailable
from core.generation.limits import MAX_SEED
from core.generation.service import GenerationService
from core.generation.types import FinishReason, Message, SamplingParams
from core.ids import new_id
from core.permissions import Actor, Face, Role, Scope
from core.runs.types import RunStatus
from db.models import Run
from db.session import Database
from tests.core.exemplars import traces, value
from tests.core.generation.conftest import Writer
from tests.core.inference.textengine.support import PATIENCE_S, listen

PROMPT = "red circle 0.93, blue square 0.88, green star 0.71"
SHORT = SamplingParams(max_new_tokens=12, temperature=0.8, seed=5)
LONG = SamplingParams(max_new_tokens=500, temperature=2.0, seed=5)


def row(database: Database, run_id: UUID) -> Run:
    with database.unit_of_work() as session:
        return session.get_one(Run, run_id)


def rows(database: Database) -> list[Any]:
    with database.unit_of_work() as session:
        return list(session.execute(text("select status, error_code from runs")))


def test_a_run_is_open_in_the_database_when_start_returns(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    run = service.start(ana, PROMPT, SHORT)

    assert run.status is RunStatus.RUNNING
    opened = row(database, run.id)
    assert (opened.status, opened.face, opened.prompt) == ("running", "api", PROMPT)
    assert opened.params["temperature"] == 0.8
    assert opened.finished_at is None
    writer.gate.set()
    assert service.wait(ana, run.id, PATIENCE_S).status is RunStatus.DONE


def test_the_row_holds_what_was_written(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    direct = listen(writer.engine, PROMPT, replace(SHORT, top_logprobs=2))
    end = direct.end()
    run = service.wait(ana, service.start(ana, PROMPT, replace(SHORT, top_logprobs=2)).id)

    assert run.outputs[0].text == end.text
    assert run.usage.completion_tokens == end.completion_tokens
    assert run.usage.prompt_tokens == end.prompt_tokens
    assert 0 <= run.timings_ms["queue"] <= run.timings_ms["first_token"]
    assert run.timings_ms["first_token"] <= run.timings_ms["total"]
    stored = row(database, run.id)
    assert stored.output is not None
    assert stored.status == "done"
    assert stored.finished_at is not None
    assert stored.output["outputs"][0]["tokens"] == [
        {
            "text": event.text,
            "id": event.token_id,
            "logprob": event.logprob,
            "top": [[one.text, one.logprob, one.token_id] for one in event.top],
            "entropy": event.entropy,
        }
        for event in direct.events
    ]
    assert service.get(ana, run.id) == run


def test_an_unset_seed_is_drawn_and_repeats_the_run(service: GenerationService, ana: Actor) -> None:
    asked = replace(SHORT, seed=None, max_new_tokens=30)
    first = service.wait(ana, service.start(ana, PROMPT, asked).id)
    assert first.params.seed is not None
    again = service.wait(ana, service.start(ana, PROMPT, first.params).id)

    assert again.outputs == first.outputs


def test_each_output_draws_with_the_next_seed(service: GenerationService, ana: Actor) -> None:
    three = service.wait(ana, service.start(ana, PROMPT, replace(SHORT, n=3)).id)
    last = service.wait(ana, service.start(ana, PROMPT, replace(SHORT, seed=7)).id)

    assert len({output.text for output in three.outputs}) > 1
    assert three.outputs[2] == last.outputs[0]


def test_the_highest_seed_serves_several_outputs_too(
    service: GenerationService, ana: Actor
) -> None:
    asked = replace(SHORT, seed=MAX_SEED, n=2)
    run = service.wait(ana, service.start(ana, PROMPT, asked).id)

    assert run.status is RunStatus.DONE
    assert run.params.seed == MAX_SEED


def test_messages_are_kept_with_the_run(service: GenerationService, ana: Actor) -> None:
    messages = (Message("user", "red circle 0.93"), Message("assistant", "One."))
    run = service.wait(ana, service.start(ana, messages, SHORT).id)

    assert service.get(ana, run.id).messages == messages
    assert run.prompt == "red circle 0.93\n\nOne."


def test_cancel_keeps_the_text_so_far(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    run = service.start(ana, PROMPT, LONG)
    stream = service.follow(ana, run.id)
    while not stream.since(5)[0]:
        assert stream.wait(0.01).status is RunStatus.RUNNING
    service.cancel(ana, run.id)
    stopped = service.wait(ana, run.id, PATIENCE_S)

    assert stopped.status is RunStatus.STOPPED
    assert stopped.outputs[0].finish_reason is FinishReason.CANCELLED
    assert stopped.outputs[0].text == "".join(event.text for event in stream.since(0)[0])
    assert 6 <= stopped.usage.completion_tokens < 500
    assert row(database, run.id).status == "stopped"
    assert service.cancel(ana, run.id) == stopped


def test_a_run_nobody_watches_goes_on_to_its_end(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    written = threading.Event()
    run = service.start(ana, PROMPT, SHORT)
    while row(database, run.id).status == "running":
        written.wait(0.02)

    assert row(database, run.id).status == "done"


def test_others_see_nothing_and_stop_nothing(
    service: GenerationService, person: Callable[..., Actor], writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    run, ben = service.start(ana, PROMPT, SHORT), person("ben")
    for call in (service.get, service.cancel, service.follow, service.wait):
        with pytest.raises(NotFound, match=str(run.id)):
            call(ben, run.id)
        with pytest.raises(NotFound):
            call(ana, new_id())
    writer.gate.set()

    assert service.wait(ana, run.id).status is RunStatus.DONE
    with pytest.raises(NotFound):
        service.get(ben, run.id)


def test_an_admin_may_stop_anybody(
    service: GenerationService, person: Callable[..., Actor], ana: Actor
) -> None:
    run = service.start(ana, PROMPT, LONG)
    service.cancel(person("root", Role.ADMIN), run.id)

    assert service.wait(ana, run.id, PATIENCE_S).status is RunStatus.STOPPED


def test_a_key_without_the_scope_may_not_generate(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    with pytest.raises(NotAllowed, match="generate"):
        service.start(replace(ana, scopes=frozenset({Scope.DETECT})), PROMPT)

    assert rows(database) == []


def test_what_is_refused_at_once_opens_no_run(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    with pytest.raises(Invalid, match="prompt"):
        service.start(ana, "a\0b")
    with pytest.raises(Invalid, match="top_p"):
        service.start(ana, PROMPT, SamplingParams(top_p=0))

    assert rows(database) == []


def test_a_prompt_over_the_context_fails_the_run_and_is_told(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    with pytest.raises(Invalid, match="1,024"):
        service.start(ana, "word " * 1500, SHORT)

    assert [tuple(one) for one in rows(database)] == [("failed", "invalid")]


def test_a_full_queue_fails_the_run_and_lets_the_others_go_on(
    service: GenerationService, database: Database, writer: Writer, ana: Actor
) -> None:
    writer.gate.clear()
    running = service.start(ana, PROMPT, replace(SHORT, n=3))
    opener = threading.Timer(0.2, writer.gate.set)
    opener.start()
    with pytest.raises(LimitReached) as refused:
        service.start(ana, PROMPT, replace(SHORT, n=2))
    opener.join()

    assert refused.value.retry_after
    assert service.wait(ana, running.id).status is RunStatus.DONE
    assert sorted(tuple(one) for one in rows(database)) == [
        ("done", None),
        ("failed", "limit_reached"),
    ]


def test_close_records_what_was_running(
    service: GenerationService, database: Database, ana: Actor
) -> None:
    run = service.start(ana, PROMPT, LONG)
    service.close()

    assert row(database, run.id).status == "stopped"
    with pytest.raises(Unavailable, match="shutting down"):
        service.start(ana, PROMPT)


@pytest.mark.parametrize("face", [Face.UI, Face.API, Face.JOB])
def test_requests_are_counted_by_face_and_how_they_end(
    service: GenerationService, writer: Writer, database: Database, ana: Actor, face: Face
) -> None:
    def counted(status: str) -> float:
        return value("glimpse_requests_total", task="generation", face=face, status=status)

    ana = replace(ana, face=face)
    ends = ("done", "stopped", "refused", "failed")
    before = [counted(status) for status in ends]
    tokens = value("glimpse_tokens_total", model="reporter")
    done = service.wait(ana, service.start(ana, PROMPT, SHORT).id, PATIENCE_S)
    for name in ("glimpse_first_token_seconds", "glimpse_request_seconds"):
        assert row(database, done.id).trace_id in traces(name)
    stopped = service.start(ana, PROMPT, LONG)
    service.cancel(ana, stopped.id)
    stopped = service.wait(ana, stopped.id, PATIENCE_S)
    with pytest.raises(Invalid):
        service.start(ana, "", SHORT)
    with pytest.raises(NotAllowed):
        service.start(replace(ana, must_change_password=True), PROMPT, SHORT)
    writer.gate.clear()
    with pytest.raises(LimitReached):  # by the engine, which has two places and two to wait in
        service.start(ana, PROMPT, replace(LONG, n=8))
    writer.gate.set()
    written = done.usage.completion_tokens + stopped.usage.completion_tokens
    assert [counted(status) for status in ends] == [
        sum(pair) for pair in zip(before, (1, 1, 3, 0), strict=True)
    ]
    assert value("glimpse_tokens_total", model="reporter") == tokens + written
