"""OpenAI's format, as its official client speaks it over a real socket."""

import inspect
import threading
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import openai
import pytest
from openai.resources.chat.completions import Completions as ChatResource
from openai.resources.completions import Completions as PlainResource
from starlette.testclient import TestClient

from api.openai_schemas import ChatIn, CompletionIn
from core.generation.types import GenerationRun, Message, SamplingParams
from core.inference.types import Support, TextRequest
from core.permissions import Actor, Role, Scope
from core.runs.types import RunStatus, Task
from core.workbench import Workbench
from tests.api.conftest import People, error_of
from tests.api.test_served import address, wait_until
from tests.core.inference.text_servers import hear, remote_writer

__all__ = ["address"]
CHAT, PLAIN = "/v1/chat/completions", "/v1/completions"
ASK: Any = [{"role": "user", "content": "Say something"}]
FINDINGS = "Findings: 3 red circle; 1 blue star. Report:"
OF_THE_CALL = {"self", "extra_headers", "extra_query", "extra_body", "timeout"}


@pytest.fixture
def ana(people: People) -> str:
    return people.key("ana")


@pytest.fixture
def official(address: str, ana: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key=ana, max_retries=0) as opened:
        yield opened


@pytest.fixture
def actor(bench: Workbench, ana: str) -> Actor:
    found = bench.accounts.actor_for_key(ana)
    assert found is not None
    return found


def run_of(bench: Workbench, actor: Actor, completion_id: str) -> GenerationRun:
    return bench.generation.get(actor, UUID(completion_id.partition("-")[2]))


def test_a_chat_is_answered_and_can_be_found_by_its_id(
    official: openai.OpenAI, bench: Workbench, actor: Actor
) -> None:
    raw = official.chat.completions.with_raw_response.create(
        model="pace", messages=ASK, max_tokens=3, temperature=0
    )
    answer = raw.parse()
    run = run_of(bench, actor, answer.id)
    assert answer.id == f"chatcmpl-{run.id}"
    assert raw.headers["X-Run-ID"] == str(run.id)
    choice = answer.choices[0]
    assert choice.message.role == "assistant"
    assert choice.message.content == run.outputs[0].text
    assert choice.finish_reason == "length"
    assert (answer.model, answer.system_fingerprint) == ("pace", run.revision)
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 3


def test_an_answer_is_sent_back_as_it_came(official: openai.OpenAI) -> None:
    first = official.chat.completions.create(model="pace", messages=ASK, max_tokens=2)
    talk: Any = [*ASK, first.choices[0].message, *ASK]
    official.chat.completions.create(model="pace", messages=talk, max_tokens=2)
    talk = [*ASK, first.choices[0].message.model_dump(), *ASK]
    official.chat.completions.create(model="pace", messages=talk, max_tokens=2)


def test_text_parts_are_read(official: openai.OpenAI, bench: Workbench, actor: Actor) -> None:
    parts: Any = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    answer = official.chat.completions.create(
        model="pace", messages=[{"role": "user", "content": parts}], max_tokens=1
    )
    assert run_of(bench, actor, answer.id).messages[0].content == "one\ntwo"


def test_a_streamed_chat_tells_role_texts_and_end(
    official: openai.OpenAI, bench: Workbench, actor: Actor
) -> None:
    stream = official.chat.completions.create(model="pace", messages=ASK, max_tokens=4, stream=True)
    first, *texts, last = stream
    assert first.choices[0].delta.role == "assistant"
    assert all(chunk.choices[0].finish_reason is None for chunk in (first, *texts))
    assert last.choices[0].finish_reason == "length"
    assert {chunk.id for chunk in (first, *texts, last)} == {first.id}
    assert all(chunk.usage is None for chunk in (first, *texts, last))
    told = "".join(chunk.choices[0].delta.content or "" for chunk in texts)
    assert told == run_of(bench, actor, first.id).outputs[0].text


def test_usage_comes_last_and_only_when_asked_for(official: openai.OpenAI) -> None:
    *others, last = official.chat.completions.create(
        model="pace",
        messages=ASK,
        max_tokens=2,
        stream=True,
        stream_options={"include_usage": True},
    )
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.completion_tokens == 2
    assert all("usage" in each.model_fields_set and each.usage is None for each in others)


def test_several_choices_come_interleaved(official: openai.OpenAI) -> None:
    chunks = list(
        official.chat.completions.create(
            model="pace", messages=ASK, max_tokens=3, n=2, seed=5, stream=True
        )
    )
    streamed = ["", ""]
    for chunk in chunks:
        streamed[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    order = [chunk.choices[0].index for chunk in chunks]
    assert order != sorted(order)
    whole = official.chat.completions.create(model="pace", messages=ASK, max_tokens=3, n=2, seed=5)
    assert [each.message.content for each in whole.choices] == streamed
    assert [each.index for each in whole.choices] == [0, 1]


def test_a_completion_is_written_and_streamed(official: openai.OpenAI) -> None:
    whole = official.completions.create(model="pace", prompt="Once", max_tokens=4, seed=2)
    assert whole.object == "text_completion"
    assert whole.id.startswith("cmpl-")
    assert whole.choices[0].finish_reason == "length"
    *chunks, counted = official.completions.create(
        model="pace",
        prompt="Once",
        max_tokens=4,
        seed=2,
        stream=True,
        stream_options={"include_usage": True},
    )
    assert "".join(chunk.choices[0].text for chunk in chunks) == whole.choices[0].text
    assert counted.usage == whole.usage


def test_the_bundled_writer_obeys_seed_stop_and_logprobs(official: openai.OpenAI) -> None:
    ask: Any = {
        "model": "reporter",
        "messages": [{"role": "user", "content": FINDINGS}],
        "max_completion_tokens": 20,
        "seed": 7,
        "logprobs": True,
        "top_logprobs": 2,
    }
    first, second = (official.chat.completions.create(**ask).choices[0] for _ in range(2))
    assert first == second
    text = first.message.content
    assert text
    assert first.logprobs is not None
    tokens = first.logprobs.content
    assert tokens
    assert b"".join(bytes(token.bytes or ()) for token in tokens).decode() == text
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in tokens)
    chunks = list(official.chat.completions.create(**ask, stream=True))
    told = [
        token
        for chunk in chunks
        if chunk.choices[0].logprobs is not None
        for token in chunk.choices[0].logprobs.content or ()
    ]
    assert told == tokens
    word = text.split()[2]
    stopped = official.chat.completions.create(**ask, stop=[word]).choices[0]
    assert stopped.message.content == text[: text.index(word)]
    assert stopped.finish_reason == "stop"


@pytest.mark.parametrize(("asked", "told"), [(0, None), (2, 2)])
def test_a_completions_logprobs_have_the_older_form(
    official: openai.OpenAI, asked: int, told: int | None
) -> None:
    choice = official.completions.create(
        model="pace", prompt="Once", max_tokens=3, seed=1, logprobs=asked
    ).choices[0]
    found = choice.logprobs
    assert found is not None
    assert found.tokens is not None
    assert found.text_offset is not None
    assert "".join(found.tokens) == choice.text
    starts = [len("".join(found.tokens[:number])) for number in range(3)]
    assert found.text_offset == starts
    assert found.token_logprobs is not None
    assert all(each <= 0 for each in found.token_logprobs)
    assert (found.top_logprobs and len(found.top_logprobs[0])) == told
    stream = official.completions.create(
        model="pace", prompt="Once", max_tokens=3, seed=1, logprobs=asked, stream=True
    )
    offsets = [chunk.choices[0].logprobs for chunk in stream if chunk.choices[0].text]
    assert [each.text_offset for each in offsets if each] == [[start] for start in starts]


@pytest.mark.parametrize("prompt", [FINDINGS, (Message("user", FINDINGS),)])
def test_another_glimpse_writes_here_what_this_one_writes(
    address: str,
    bench: Workbench,
    actor: Actor,
    ana: str,
    monkeypatch: pytest.MonkeyPatch,
    prompt: str | tuple[Message, ...],
) -> None:
    monkeypatch.setenv("FAR_KEY", ana)
    params = SamplingParams(max_new_tokens=15, seed=3, top_k=5, top_logprobs=2)
    run = bench.generation.wait(actor, bench.generation.start(actor, prompt, params, "reporter").id)
    ours = bench.generation.tokens(actor, run.id)
    far = {"model": "reporter", "api_key_env": "FAR_KEY", "supports": frozenset(Support)}
    with remote_writer(bench.settings, f"{address}/v1", **far) as engine:
        heard = hear(engine, TextRequest(prompt, params, actor.user_id))
        end = heard.end()
    assert end.text == run.outputs[0].text
    assert (end.prompt_tokens, end.completion_tokens) == (
        run.usage.prompt_tokens,
        run.usage.completion_tokens,
    )
    assert [each.logprob for each in heard.events] == [each.logprob for each in ours]
    assert [[one.text for one in each.top] for each in heard.events] == [
        [one.text for one in each.top] for each in ours
    ]


def test_models_that_write_are_listed(official: openai.OpenAI) -> None:
    listed = official.models.list().data
    assert [each.id for each in listed] == ["reporter", "pace"]
    assert official.models.retrieve("pace") == listed[1]
    with pytest.raises(openai.NotFoundError, match="reporter, pace"):
        official.models.retrieve("shapes")


def written_so_far(bench: Workbench, actor: Actor) -> GenerationRun | None:
    """The newest run, once it has begun to be written."""
    for listed in bench.runs.recent(actor, Task.GENERATION):
        run = bench.generation.get(actor, listed.id)
        return run if run.outputs[0].text else None
    return None


def stands(bench: Workbench, actor: Actor) -> RunStatus | None:
    run = written_so_far(bench, actor)
    return run.status if run else None


@pytest.mark.parametrize("stream", [True, False])
def test_who_leaves_stops_the_run_and_the_text_is_kept(
    official: openai.OpenAI, bench: Workbench, actor: Actor, stream: bool
) -> None:
    asked = {"model": "pace", "messages": ASK, "max_tokens": 1500}
    if stream:
        with official.chat.completions.create(**asked, stream=True) as chunks:
            for chunk in chunks:
                if chunk.choices[0].delta.content:
                    break
    else:
        with pytest.raises(openai.APITimeoutError):
            official.with_options(timeout=0.5).chat.completions.create(**asked)
    wait_until(lambda: stands(bench, actor) is RunStatus.STOPPED, 3)
    run = written_so_far(bench, actor)
    assert run is not None
    assert 0 < run.usage.completion_tokens < 100


@pytest.mark.parametrize("stream", [True, False])
def test_what_somebody_stops_is_an_error_and_not_asked_again(
    official: openai.OpenAI, bench: Workbench, actor: Actor, stream: bool
) -> None:
    def stop() -> None:
        wait_until(lambda: written_so_far(bench, actor) is not None)
        run = written_so_far(bench, actor)
        assert run is not None
        bench.generation.cancel(actor, run.id)

    stopping = threading.Thread(target=stop)
    stopping.start()
    with pytest.raises(openai.APIError, match="stopped the text before its end"):
        list(
            official.with_options(max_retries=2).chat.completions.create(
                model="pace", messages=ASK, max_tokens=1500, stream=stream
            )
        )
    stopping.join()
    assert len(bench.runs.recent(actor, Task.GENERATION)) == 1


def test_a_revoked_key_ends_its_stream(
    official: openai.OpenAI, bench: Workbench, actor: Actor
) -> None:
    stream = official.completions.create(model="pace", prompt="Once", max_tokens=1500, stream=True)
    next(iter(stream))
    system = bench.accounts.system_actor()
    bench.accounts.revoke_key(system, bench.accounts.all_keys(system)[0].id)
    with pytest.raises(openai.APIError, match="key has ended"):
        list(stream)


def test_errors_are_of_the_clients_classes(official: openai.OpenAI, people: People) -> None:
    def refused(
        kind: type[openai.APIStatusError], by: openai.OpenAI = official, **asked: Any
    ) -> str:
        with pytest.raises(kind) as caught:
            by.chat.completions.create(**{"model": "pace", "messages": ASK, **asked})
        error = caught.value
        assert isinstance(error.body, dict)
        assert error.body["request_id"] == error.request_id
        if error.status_code == 429:
            assert int(error.response.headers["Retry-After"]) > 0
        return str(error.body["message"])

    assert "reporter" in refused(openai.NotFoundError, model="nobody")
    assert "tools: is" in refused(openai.UnprocessableEntityError, tools=[{}])
    asked: dict[str, Any] = {"model": "reporter", "max_completion_tokens": 2000}
    assert "max_completion_tokens is 2,000" in refused(openai.UnprocessableEntityError, **asked)
    refused(openai.AuthenticationError, official.with_options(api_key="gk_wrong"))
    detecting = people.key("ben", scopes={Scope.DETECT})
    refused(openai.PermissionDeniedError, official.with_options(api_key=detecting))
    guest = official.with_options(api_key=people.key("gus", Role.GUEST))
    with guest.completions.create(model="pace", prompt="a", max_tokens=900, stream=True):
        assert "at the same time" in refused(openai.RateLimitError, guest)


def test_every_field_of_the_official_client_is_known_by_name() -> None:
    for call, schema in ((ChatResource.create, ChatIn), (PlainResource.create, CompletionIn)):
        fields = set(inspect.signature(call).parameters) - OF_THE_CALL
        assert fields <= set(schema.model_fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"tools": [{"type": "function"}]},
            "tools: is not supported here; leave it out or send []",
        ),
        ({"response_format": {"type": "json_object"}}, 'send {"type":"text"}'),
        ({"logit_bias": {"5": 1}}, "logit_bias: is not supported"),
        ({"presence_penalty": 0.5}, "presence_penalty: is not supported here; leave it out or"),
        ({"frequency_penalty": False}, "frequency_penalty"),
        ({"store": True}, "store: is not supported here; leave it out or send false"),
        ({"audio": {"voice": "a"}}, "audio: is not supported here; leave it out."),
        ({"metadata": {"a": "b"}}, "metadata"),
        ({"temprature": 1}, "unknown field “temprature”"),
        ({"messages": []}, "no messages"),
        ({"messages": [{"role": "tool", "content": "a"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": None}]}, "messages.0.content: must be text"),
        ({"messages": [{"role": "user", "content": "a", "name": "x"}]}, "messages.0.name"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]},
            "messages.0.content: part 0 is “image_url”; allowed are parts",
        ),
        ({"max_tokens": 0}, "max_tokens: 0 is not allowed"),
        ({"max_completion_tokens": 10**6}, "max_completion_tokens: 1000000 is not allowed"),
        ({"max_tokens": 1, "max_completion_tokens": 1}, "give one of"),
        ({"top_logprobs": 2}, "“top_logprobs” go with"),
        ({"logprobs": True, "top_logprobs": 9}, "top_logprobs: 9 is not allowed; allowed: 0 to 5"),
        ({"stream_options": {"include_usage": True}}, "“stream_options” go with"),
        ({"n": 99}, "n: 99 is not allowed"),
        ({"temperature": 3}, "temperature: 3.0 is not allowed"),
    ],
)
def test_what_a_chat_cannot_have_is_refused_by_name(
    analyst: TestClient, fields: dict[str, Any], said: str
) -> None:
    answer = analyst.post(CHAT, json={"model": "pace", "messages": ASK, **fields})
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prompt": ["a", "b"]}, "prompt: holds several texts; send one a request"),
        ({"prompt": [1, 2]}, "prompt: holds token ids"),
        ({"prompt": None}, "prompt: must be text"),
        ({"best_of": 2}, "best_of: is not supported here; leave it out or send 1"),
        ({"echo": True}, "echo"),
        ({"suffix": "end"}, "suffix"),
        ({"logprobs": 6}, "logprobs: 6 is not allowed; allowed: 0 to 5"),
        ({"logprobs": True}, "logprobs"),
        ({"max_completion_tokens": 5}, "unknown field “max_completion_tokens”"),
    ],
)
def test_what_a_completion_cannot_have_is_refused_by_name(
    analyst: TestClient, fields: dict[str, Any], said: str
) -> None:
    answer = analyst.post(PLAIN, json={"model": "pace", "prompt": "a", **fields})
    assert answer.status_code == 422, answer.text
    assert said in error_of(answer)["message"]


def test_what_changes_nothing_is_taken(analyst: TestClient) -> None:
    harmless = {
        **{"presence_penalty": 0, "frequency_penalty": 0.0, "logit_bias": {}, "tools": None},
        **{"tool_choice": "none", "response_format": {"type": "text"}, "modalities": ["text"]},
        **{"store": False, "service_tier": "auto", "stop": None, "user": "u-1", "top_k": -1},
    }
    asked = {"model": "pace", "messages": ASK, "max_tokens": 1, **harmless}
    answer = analyst.post(CHAT, json=asked)
    assert answer.status_code == 200, answer.text
    plain = {"best_of": 1, "echo": False, "suffix": None, "prompt": ["a"], "top_k": 0}
    answer = analyst.post(PLAIN, json={"model": "pace", "max_tokens": 1, **plain})
    assert answer.status_code == 200, answer.text
