"""Runs made from runs: once more, on from the end, on from the middle, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from core.errors import Invalid, NotFound
from core.generation.service import GenerationService
from core.generation.types import FinishReason, GenerationRun, Origin, SamplingParams, TokenEvent
from core.ids import new_id
from core.inference.types import TextAbilities, TextRequest
from core.permissions import Actor, Role
from core.runs.types import Relation, RunStatus
from tests.core.generation.conftest import Writer
from tests.core.generation.test_service import SHORT
from tests.core.inference.textengine.support import PATIENCE_S

PROMPT = "Findings: 3 red circle; 1 blue star. Report:"
GREEDY = SamplingParams(max_new_tokens=30, temperature=0, top_logprobs=5)


@pytest.fixture
def asked(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> list[TextRequest]:
    """Every request that reaches the engine."""
    requests: list[TextRequest] = []
    submit = writer.engine.submit

    def heard(request: TextRequest, **listeners: Any) -> Any:
        requests.append(request)
        return submit(request, **listeners)

    monkeypatch.setattr(writer.engine, "submit", heard)
    return requests


def written(service: GenerationService, actor: Actor, run: GenerationRun) -> GenerationRun:
    ended = service.wait(actor, run.id, PATIENCE_S)
    assert ended.status is RunStatus.DONE
    return ended


def tokens(service: GenerationService, actor: Actor, run: GenerationRun) -> list[TokenEvent]:
    return service.tokens(actor, run.id)


def test_again_asks_the_same_with_another_seed(
    service: GenerationService, ana: Actor, asked: list[TextRequest]
) -> None:
    first = written(service, ana, service.start(ana, PROMPT, replace(SHORT, n=2)))
    second = written(service, ana, service.again(ana, first.id))

    assert second.origin == Origin(first.id, Relation.AGAIN)
    assert (second.prompt, second.model) == (first.prompt, first.model)
    assert second.params.seed != first.params.seed
    assert replace(second.params, seed=5) == first.params
    assert service.get(ana, second.id) == second


def test_a_continued_text_is_that_of_one_longer_run(
    service: GenerationService, ana: Actor, asked: list[TextRequest]
) -> None:
    whole = written(service, ana, service.start(ana, PROMPT, GREEDY))
    half = service.start(ana, PROMPT, replace(GREEDY, max_new_tokens=5))
    half = written(service, ana, half)
    rest = written(service, ana, service.carry_on(ana, half.id, max_new_tokens=4))
    end = written(service, ana, service.carry_on(ana, rest.id, max_new_tokens=30))

    assert half.outputs[0].finish_reason is FinishReason.LENGTH
    assert end.whole_text() == whole.outputs[0].text
    assert rest.origin == Origin(half.id, Relation.CONTINUED, 0)
    ids = [event.token_id for event in tokens(service, ana, whole)]
    assert asked[-1].lead is not None
    assert list(asked[-1].lead.token_ids) == ids[:9]
    assert asked[-1].lead.text == half.outputs[0].text + rest.outputs[0].text
    assert [event.token_id for event in tokens(service, ana, end)] == ids[9:]
    assert service.get(ana, end.id) == end


def test_one_of_several_outputs_is_continued_alone(service: GenerationService, ana: Actor) -> None:
    several = service.start(ana, PROMPT, replace(SHORT, n=2, max_new_tokens=5, seed=9))
    several = written(service, ana, several)
    rest = written(service, ana, service.carry_on(ana, several.id, output=1))

    assert rest.params.n == len(rest.outputs) == 1
    assert rest.params.max_new_tokens == 5
    assert rest.whole_text().startswith(several.outputs[1].text)


def test_a_stopped_text_goes_on_and_one_that_ended_by_itself_does_not(
    service: GenerationService, writer: Writer, ana: Actor
) -> None:
    run = service.start(ana, PROMPT, GREEDY)
    stream = service.follow(ana, run.id)
    while not stream.since(0)[0]:
        stream.wait(0.01)
    writer.gate.clear()
    with pytest.raises(Invalid, match="still being written"):
        service.carry_on(ana, run.id)
    service.cancel(ana, run.id)
    writer.gate.set()
    stopped = service.wait(ana, run.id, PATIENCE_S)
    rest = written(service, ana, service.carry_on(ana, run.id))

    assert stopped.outputs[0].finish_reason is FinishReason.CANCELLED
    assert (
        rest.whole_text()
        == written(service, ana, service.start(ana, PROMPT, stopped.params)).outputs[0].text
    )
    assert rest.outputs[0].finish_reason is FinishReason.STOP
    with pytest.raises(Invalid, match="ended by itself"):
        service.carry_on(ana, rest.id)


def test_a_text_cut_in_the_middle_of_a_stop_string_loses_nothing(
    service: GenerationService, ana: Actor
) -> None:
    whole = written(service, ana, service.start(ana, PROMPT, GREEDY))
    told = tokens(service, ana, whole)
    waits = replace(GREEDY, stop=(told[4].text + " squares",))
    held = written(service, ana, service.start(ana, PROMPT, waits))
    assert tokens(service, ana, held)[4].text == ""
    drawn = told[5].token_id
    assert drawn is not None
    branch = service.branch(ana, held.id, 0, 5, drawn)

    assert written(service, ana, branch).whole_text() == whole.outputs[0].text


def test_a_branch_has_the_text_before_the_token_and_the_other_token(
    service: GenerationService, ana: Actor, asked: list[TextRequest]
) -> None:
    run = written(service, ana, service.start(ana, PROMPT, GREEDY))
    told = tokens(service, ana, run)
    before = "".join(event.text for event in told[:7])
    other = next(one for one in told[7].top if one.token_id != told[7].token_id)
    assert other.token_id is not None
    branch = written(service, ana, service.branch(ana, run.id, 0, 7, other.token_id))

    assert branch.origin == Origin(run.id, Relation.BRANCHED, 0)
    assert asked[-1].lead is not None
    ids = [event.token_id for event in told[:7]]
    assert list(asked[-1].lead.token_ids) == [*ids, other.token_id]
    assert branch.whole_text().startswith(before + other.text)
    assert branch.outputs[0].text == "".join(e.text for e in tokens(service, ana, branch))


def test_a_branch_at_the_end_of_the_text_is_refused(service: GenerationService, ana: Actor) -> None:
    run = written(service, ana, service.start(ana, PROMPT, GREEDY))
    last = tokens(service, ana, run)[-1]
    assert last.token_id is not None
    with pytest.raises(Invalid, match="ends the text"):
        service.branch(ana, run.id, 0, last.index, last.token_id)


def test_a_branch_with_the_token_that_was_drawn_repeats_the_text(
    service: GenerationService, ana: Actor
) -> None:
    run = written(service, ana, service.start(ana, PROMPT, GREEDY))
    drawn = tokens(service, ana, run)[4].token_id
    assert drawn is not None
    branch = written(service, ana, service.branch(ana, run.id, 0, 4, drawn))

    assert branch.whole_text() == run.outputs[0].text


@pytest.mark.parametrize(
    ("output", "index", "token_id", "said"),
    [(1, 0, 0, "output: 1"), (-1, 0, 0, "output: -1"), (0, 99, 0, "index: 99"), (0, 2, -5, "-5")],
)
def test_what_is_not_recorded_is_no_place_to_branch_from(
    service: GenerationService, ana: Actor, output: int, index: int, token_id: int, said: str
) -> None:
    run = written(service, ana, service.start(ana, PROMPT, GREEDY))
    with pytest.raises(Invalid, match=said):
        service.branch(ana, run.id, output, index, token_id)


def test_a_model_that_cannot_write_on_is_asked_for_nothing(
    service: GenerationService, writer: Writer, ana: Actor, asked: list[TextRequest]
) -> None:
    run = written(service, ana, service.start(ana, PROMPT, replace(GREEDY, max_new_tokens=5)))
    writer.engine.abilities = TextAbilities(leads=False)
    with pytest.raises(Invalid, match="reporter cannot write on"):
        service.carry_on(ana, run.id)

    assert len(asked) == 1


def test_nobody_goes_on_from_somebody_elses_run(
    service: GenerationService, person: Callable[..., Actor], ana: Actor
) -> None:
    run = written(service, ana, service.start(ana, PROMPT, replace(GREEDY, max_new_tokens=5)))
    ben = person("ben")
    calls: tuple[Callable[[], object], ...] = (
        lambda: service.again(ben, run.id),
        lambda: service.carry_on(ben, run.id),
        lambda: service.branch(ben, run.id, 0, 0, 0),
        lambda: service.start(ben, PROMPT, origin=Origin(run.id, Relation.EDITED)),
        lambda: service.start(ana, PROMPT, origin=Origin(run.id, Relation.DESCRIBED)),
        lambda: service.start(ana, PROMPT, origin=Origin(new_id(), Relation.EDITED)),
    )
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_a_guest_goes_on_from_own_runs(
    service: GenerationService, person: Callable[..., Actor]
) -> None:
    guest = person("gus", Role.GUEST)
    run = written(service, guest, service.start(guest, PROMPT, replace(GREEDY, max_new_tokens=5)))
    edited = service.start(guest, PROMPT, SHORT, origin=Origin(run.id, Relation.EDITED))

    assert written(service, guest, edited).origin == Origin(run.id, Relation.EDITED)
    assert written(service, guest, service.carry_on(guest, run.id)).lead is not None
