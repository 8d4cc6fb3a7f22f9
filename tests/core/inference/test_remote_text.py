"""A text engine on another server: what it is asked, what it tells, and how it ends."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from core.config import Settings
from core.errors import Invalid, LimitReached, Unavailable
from core.generation.types import Alternative, FinishReason, Lead, Message, SamplingParams
from core.inference.catalog import starting_info
from core.inference.remote_text import RemoteGenerator
from core.inference.types import (
    EngineStats,
    ModelEntry,
    ModelState,
    Support,
    TextAbilities,
    TextRequest,
)
from core.runs.types import Task
from tests.core.inference.remotes import Clock
from tests.core.inference.text_servers import (
    DONE,
    HEAD,
    Talk,
    chat,
    counts,
    data,
    hear,
    plain,
    refusing,
    remote_writer,
    saying,
    text_server,
)
from tests.core.inference.textengine.support import ANYBODY, Heard

ASKED = (Message("system", "Be brief."), Message("user", "Hello"))
EVERYTHING = frozenset(Support)
STORY = (plain("Once"), plain(" upon"), plain(" a"), plain(" time"))


def state(engine: RemoteGenerator) -> tuple[ModelState, str | None]:
    info = engine.described(starting_info(ModelEntry("far", Task.GENERATION, "http://x/v1")))
    return info.state, info.reason


def one_end(heard: Heard) -> tuple[FinishReason, str, str | None]:
    end = heard.end()
    assert len(heard.ends) == 1
    assert end.text == heard.text, "what was told is what is kept"
    return end.reason, end.text, end.error


def test_messages_go_to_the_chat_and_only_what_every_server_takes_is_sent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "s3cret")
    with (
        text_server(
            saying(chat("", role="assistant"), chat("Hi"), chat(None, "stop"), DONE)
        ) as far,
        remote_writer(
            settings, f"{far.address}/?api-version=2", api_key_env="FAR_KEY", model="team/big"
        ) as engine,
    ):
        params = SamplingParams(max_new_tokens=9, temperature=0.5, top_p=0.9, stop=("\n", "END"))
        heard = hear(engine, TextRequest(ASKED, params, ANYBODY, output=2))
        assert one_end(heard) == (FinishReason.STOP, "Hi", None)
        assert [(event.output, event.index) for event in heard.events] == [(2, 0)]
        assert heard.started == 1
    (asked,) = far.asked
    assert asked.path == "/v1/chat/completions?api-version=2"
    assert asked.headers["authorization"] == "Bearer s3cret"
    assert asked.body == {
        "model": "team/big",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello"},
        ],
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["\n", "END"],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_plain_prompt_goes_as_it_is_with_its_lead_behind_it(settings: Settings) -> None:
    with (
        text_server(saying(plain(" time", "length"))) as far,
        remote_writer(settings, far.address) as engine,
    ):
        lead = Lead(" upon a", (5, 6))
        request = TextRequest("Once", SamplingParams(temperature=0), ANYBODY, lead=lead)
        assert one_end(hear(engine, request)) == (FinishReason.LENGTH, " time", None)
    (asked,) = far.asked
    assert asked.path == "/v1/completions"
    assert asked.body["prompt"] == "Once upon a"
    assert asked.body["model"] == "far"
    assert "stop" not in asked.body


def test_keys_of_another_service_in_the_environment_are_not_sent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "theirs")
    with text_server(saying(*STORY, DONE)) as far, remote_writer(settings, far.address) as engine:
        hear(engine).end()
    assert "theirs" not in far.asked[0].headers.values()
    assert "authorization" not in far.asked[0].headers


def test_what_an_entry_supports_is_sent(settings: Settings) -> None:
    with (
        text_server(saying(chat("Hi", "stop"))) as far,
        remote_writer(settings, far.address, supports=EVERYTHING) as engine,
    ):
        params = SamplingParams(seed=7, top_k=40, repetition_penalty=1.2, top_logprobs=2)
        hear(engine, TextRequest(ASKED, params, ANYBODY)).end()
        hear(engine, TextRequest(ASKED, SamplingParams(), ANYBODY)).end()
    first, second = (asked.body for asked in far.asked)
    wanted = {"seed": 7, "top_k": 40, "repetition_penalty": 1.2, "logprobs": True}
    assert first.items() >= (wanted | {"top_logprobs": 2}).items()
    assert second.items() >= {"top_k": -1, "repetition_penalty": 1.0, "logprobs": True}.items()
    assert "seed" not in second


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"seed": 0}, "seed"),
        ({"top_k": 5}, "top_k"),
        ({"repetition_penalty": 1.1}, "repetition_penalty"),
        ({"top_logprobs": 1}, "top_logprobs"),
        ({"temperature": 3}, "temperature"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(
    settings: Settings, changed: dict[str, Any], field: str
) -> None:
    with remote_writer(settings, "http://127.0.0.1:1/v1") as engine:
        with pytest.raises(Invalid, match=f"^{field}: ") as caught:
            hear(engine, **changed)
        assert caught.value.facts["field"] == field
        assert engine.stats() == EngineStats(0, 0, settings.max_active_streams)


def test_a_chat_is_not_written_on(settings: Settings) -> None:
    request = TextRequest(ASKED, SamplingParams(), ANYBODY, lead=Lead("Hi"))
    for supports in (frozenset[Support](), EVERYTHING):
        with (
            remote_writer(settings, "http://127.0.0.1:1/v1", supports=supports) as engine,
            pytest.raises(Invalid, match="write on from an earlier answer") as caught,
        ):
            hear(engine, request)
        assert caught.value.facts["field"] == "lead"


def test_abilities_are_those_its_entry_names(settings: Settings) -> None:
    none = TextAbilities(
        seed=False, top_k=False, repetition_penalty=False, logprobs=False, leads=True
    )
    with remote_writer(settings, "http://127.0.0.1:1/v1") as engine:
        assert engine.abilities == none
    with remote_writer(settings, "http://127.0.0.1:1/v1", supports=EVERYTHING) as engine:
        assert engine.abilities == TextAbilities(leads=False)


def test_tokens_are_told_with_their_probabilities_where_the_server_tells_them(
    settings: Settings,
) -> None:
    likely = [{"token": " b", "logprob": -2.0}, {"token": " a", "logprob": -0.5}]
    tokens = {
        "content": [
            {"token": " a", "logprob": -0.5, "top_logprobs": likely},
            {"token": "nd", "logprob": -1, "top_logprobs": []},
        ]
    }
    torn = {
        "content": [
            {"token": "\\xf0\\x9f", "logprob": -1.5},
            {"token": "\\x98\\x80", "logprob": float("-inf")},
        ]
    }
    parts = chat(" and", logprobs=tokens), chat("😀", logprobs=torn), chat(None, "stop")
    with (
        text_server(saying(*parts)) as far,
        remote_writer(settings, far.address, supports=EVERYTHING) as engine,
    ):
        heard = hear(engine, TextRequest(ASKED, SamplingParams(top_logprobs=5), ANYBODY))
        assert one_end(heard) == (FinishReason.STOP, " and😀", None)
    told = [(event.text, event.logprob) for event in heard.events]
    assert told == [(" a", -0.5), ("nd", -1.0), ("", -1.5), ("😀", None)]
    assert heard.events[0].top == (Alternative(" a", -0.5), Alternative(" b", -2.0))
    assert {event.token_id for event in heard.events} == {None}


def test_probabilities_of_plain_prompts_are_cut_to_as_many_as_were_asked_for(
    settings: Settings,
) -> None:
    tokens = {
        "tokens": ["a", "b"],
        "token_logprobs": [None, -3.0],
        "top_logprobs": [None, {"b": -3.0, "c": -0.1, "d": -4.0}],
    }
    with (
        text_server(saying(plain("ab", "stop", logprobs=tokens))) as far,
        remote_writer(settings, far.address, supports=EVERYTHING) as engine,
    ):
        heard = hear(engine, top_logprobs=2)
        heard.end()
    assert [(event.text, event.logprob) for event in heard.events] == [("a", None), ("b", -3.0)]
    assert [one.text for one in heard.events[1].top] == ["c", "b"]
    assert far.asked[0].body["logprobs"] == 2


def test_counts_are_the_servers_where_it_tells_them(settings: Settings) -> None:
    told = saying(*STORY, plain("", "stop"), counts(3, 11), DONE)
    with text_server(told) as far, remote_writer(settings, far.address) as engine:
        end = hear(engine).end()
    assert (end.prompt_tokens, end.completion_tokens, end.exact) == (3, 11, True)


def test_without_counts_pieces_are_counted_and_not_called_exact(settings: Settings) -> None:
    told = saying(*STORY, plain("", "stop"), DONE)
    with text_server(told) as far, remote_writer(settings, far.address) as engine:
        end = hear(engine).end()
    assert (end.prompt_tokens, end.completion_tokens, end.exact) == (0, 4, False)


def test_a_stop_string_ends_the_text_and_the_connection(settings: Settings) -> None:
    hung_up = threading.Event()

    def behave(talk: Talk) -> None:
        talk.send(HEAD, plain("One. T"), plain("wo. Th"), plain("ree. Four"))
        if talk.gone():
            hung_up.set()

    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        heard = hear(engine, stop=("Three",))
        assert one_end(heard) == (FinishReason.STOP, "One. Two. ", None)
        assert [event.text for event in heard.events] == ["One. ", "Two. ", ""]
        assert hung_up.wait(10)


def test_what_might_have_begun_a_stop_string_is_told_at_the_end(settings: Settings) -> None:
    told = saying(plain("Thr"), plain("", "length"))
    with text_server(told) as far, remote_writer(settings, far.address) as engine:
        assert one_end(hear(engine, stop=("Three",))) == (FinishReason.LENGTH, "Thr", None)


def test_characters_torn_apart_are_put_together_and_those_of_no_text_dropped(
    settings: Settings,
) -> None:
    told = saying(plain("a\ud83d"), plain("\ude00\0b\ud83d"), plain("c", "stop"))
    with text_server(told) as far, remote_writer(settings, far.address) as engine:
        heard = hear(engine)
        assert one_end(heard) == (FinishReason.STOP, "a😀bc", None)
        assert [event.text for event in heard.events] == ["a", "😀b", "c"]


def test_what_is_thought_aloud_is_not_part_of_the_text(settings: Settings) -> None:
    thinking = data({"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]})
    told = saying(thinking, chat("Yes"), chat(None, "stop"))
    with text_server(told) as far, remote_writer(settings, far.address) as engine:
        heard = hear(engine, TextRequest(ASKED, SamplingParams(), ANYBODY))
        assert one_end(heard) == (FinishReason.STOP, "Yes", None)


RUBBISH = "did not answer in OpenAI's format for streamed text"


@pytest.mark.parametrize(
    ("behave", "text", "said", "away"),
    [
        (saying(*STORY, b'data: {"choi\n\n'), "Once upon a time", RUBBISH, True),
        (saying(*STORY, data({"choices": "x"})), "Once upon a time", RUBBISH, True),
        (saying(*STORY, data([1])), "Once upon a time", RUBBISH, True),
        (saying(*STORY, data("x")), "Once upon a time", RUBBISH, True),
        (saying(*STORY, data({"choices": [{"text": 7}]})), "Once upon a time", RUBBISH, True),
        (saying(*STORY, b"data: " + b"[" * 90_000 + b"\n\n"), "Once upon a time", RUBBISH, True),
        (saying(plain("Once"), b"data: \xff\xfe\n\n"), "Once", RUBBISH, True),
        (saying(plain("Once"), b"data: " + b"x" * 20_000_000), "Once", "more than", True),
        (saying(b"<html>hello</html>"), "", RUBBISH, True),
        (saying(), "", RUBBISH, True),
        (refusing(200, {"choices": [{"text": "whole"}]}), "", RUBBISH, True),
        (saying(*STORY), "Once upon a time", "ended the text without saying why", False),
        (saying(*STORY, DONE), "Once upon a time", "ended the text without saying why", False),
        (saying(plain("No"), plain("", "content_filter")), "No", "for “content_filter”", False),
        (
            saying(*STORY, data({"error": {"message": "CUDA out\nof memory"}})),
            "Once upon a time",
            "ended with an error; try again, and look at its log if it happens twice. It says: "
            "“CUDA out of memory”.",
            False,
        ),
        (saying(plain("Once"), data({"error": "broken"})), "Once", "It says: “broken”.", False),
        (
            lambda talk: talk.send(
                HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked"), b"5\r\nda"
            ),
            "",
            "broke the connection off",
            False,
        ),
        (lambda talk: talk.send(b"SSH-2.0-OpenSSH_9.2\r\n"), "", "broke the connection off", False),
        (lambda talk: None, "", "broke the connection off", False),
        (refusing(500, {"error": {"message": "oh"}}), "", "failed (HTTP 500)", False),
        (refusing(503, {}, retry_after="17"), "", "is away (HTTP 503)", True),
        (refusing(401, {"detail": "no"}), "", "asks for a key (HTTP 401)", True),
        (refusing(302, {}, location="https://login"), "", "sends on to https://login", True),
    ],
)
def test_whatever_a_server_does_there_is_one_end_with_the_text_so_far_and_why(
    settings: Settings, behave: Callable[[Talk], None], text: str, said: str, away: bool
) -> None:
    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        reason, kept, error = one_end(hear(engine))
        assert (reason, kept) == (FinishReason.ERROR, text)
        assert error is not None
        assert error.startswith("The model “far” did not finish: Its server 127.0.0.1:")
        assert said in error
        assert len(error) < 500
        assert (state(engine)[0] is ModelState.UNAVAILABLE) == away
        assert engine.stats().active == 0


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (
            refusing(400, {"error": {"message": "too long"}}),
            "(HTTP 400); change the prompt or the settings. It says: “too long”",
        ),
        (refusing(422, {"detail": "odd"}), "refused the request (HTTP 422)"),
        (refusing(429, {}, retry_after="33"), "takes no more requests now; try again in 33 s"),
        (
            refusing(404, {"error": {"message": "no such route"}}),
            "takes no such call at /v1/completions (HTTP 404); send the prompt as messages",
        ),
    ],
)
def test_a_request_that_is_refused_takes_the_model_from_nobody(
    settings: Settings, behave: Callable[[Talk], None], said: str
) -> None:
    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        for _ in range(3):
            reason, _text, error = one_end(hear(engine))
            assert reason is FinishReason.ERROR
            assert error is not None
            assert said in error
        assert state(engine) == (ModelState.READY, None)


def test_a_chat_that_is_not_there_makes_the_model_unavailable(settings: Settings) -> None:
    with (
        text_server(refusing(404, {"error": {"message": "no such model"}})) as far,
        remote_writer(settings, far.address) as engine,
    ):
        error = one_end(hear(engine, TextRequest(ASKED, SamplingParams(), ANYBODY)))[2]
        assert error is not None
        assert "at /v1/chat/completions (HTTP 404); check its address in models.toml" in error
        assert state(engine)[0] is ModelState.UNAVAILABLE


def test_a_key_is_never_repeated(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAR_KEY", "k-12/34567")
    told = data({"error": {"message": "k-12/34567 is wrong"}})
    for behave in (saying(told), refusing(401, {"error": "k-12/34567 is wrong"})):
        with (
            text_server(behave) as far,
            remote_writer(settings, far.address, api_key_env="FAR_KEY") as engine,
        ):
            error = one_end(hear(engine))[2]
            assert error is not None
            assert "k-12" not in error
            assert "[masked] is wrong" in error


def silent(talk: Talk) -> None:
    talk.send(HEAD, plain("Once"))
    talk.gone()


def alive_without_a_word(talk: Talk) -> None:
    """Comments keep a connection open; they are no progress."""
    talk.send(HEAD, plain("Once"))
    while not talk.gone(0.2):
        talk.send(b": ping\n\n")


@pytest.mark.parametrize("behave", [silent, alive_without_a_word])
def test_a_server_that_says_nothing_more_ends_the_text_in_time(
    settings: Settings, behave: Callable[[Talk], None]
) -> None:
    quick = settings.model_copy(update={"stream_timeout_s": 1})
    with text_server(behave) as far, remote_writer(quick, far.address) as engine:
        assert one_end(hear(engine)) == (FinishReason.TIMEOUT, "Once", None)
        assert state(engine)[0] is ModelState.READY, "once is no reason yet"


def test_a_text_without_end_ends_in_time_and_is_not_held_against_the_server(
    settings: Settings,
) -> None:
    def behave(talk: Talk) -> None:
        talk.send(HEAD)
        while not talk.gone(0.02):
            talk.send(plain(" on"))

    short = settings.model_copy(update={"stream_total_s": 1})
    with text_server(behave) as far, remote_writer(short, far.address) as engine:
        for _ in range(2):
            reason, text, _error = one_end(hear(engine))
            assert reason is FinishReason.TIMEOUT
            assert text.startswith(" on on")
        assert state(engine) == (ModelState.READY, None)


def test_a_server_that_hangs_after_the_end_delays_but_spoils_nothing(settings: Settings) -> None:
    def behave(talk: Talk) -> None:
        talk.send(HEAD, plain("Once", "stop"))
        talk.gone()

    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        assert one_end(hear(engine)) == (FinishReason.STOP, "Once", None)


def test_cancel_closes_the_connection_and_keeps_the_text(settings: Settings) -> None:
    hung_up = threading.Event()

    def behave(talk: Talk) -> None:
        talk.send(HEAD, *STORY)
        if talk.gone():
            hung_up.set()

    def on_token(heard: Heard) -> None:
        if len(heard.events) == 4:
            told.set()

    told = threading.Event()
    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        heard = hear(engine, on_token=on_token)
        assert told.wait(10)
        assert heard.sequence is not None
        assert heard.sequence.position() == 0
        heard.sequence.cancel()
        heard.sequence.cancel()
        assert one_end(heard) == (FinishReason.CANCELLED, "Once upon a time", None)
        assert hung_up.wait(10)
        assert engine.stats().active == 0


def test_cancel_ends_a_request_that_is_not_answered_yet(settings: Settings) -> None:
    arrived = threading.Event()

    def behave(talk: Talk) -> None:
        arrived.set()
        talk.gone()

    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        heard = hear(engine)
        assert arrived.wait(10)
        assert heard.sequence is not None
        heard.sequence.cancel()
        assert one_end(heard) == (FinishReason.CANCELLED, "", None)


def test_users_take_turns_for_the_places_and_a_full_queue_refuses(settings: Settings) -> None:
    go = threading.Event()

    def behave(talk: Talk) -> None:
        go.wait(10)
        talk.send(HEAD, plain(str(talk.asked.body["prompt"]), "stop"))

    order: list[str] = []
    narrow = settings.model_copy(update={"max_active_streams": 1, "max_queued_streams": 4})
    with text_server(behave) as far, remote_writer(narrow, far.address) as engine:

        def ask(prompt: str, user: int) -> Heard:
            request = TextRequest(prompt, SamplingParams(), UUID(int=user))
            return hear(engine, request, on_token=lambda heard: order.append(heard.text))

        first = ask("a1", 1)
        while engine.stats().active == 0:
            pass
        waiting = [ask("a2", 1), ask("a3", 1), ask("b1", 2), ask("b2", 2)]
        positions = [heard.sequence.position() for heard in waiting if heard.sequence]
        assert positions == [1, 3, 2, 4]
        assert engine.stats() == EngineStats(queued=4, active=1, places=1)
        with pytest.raises(LimitReached) as caught:
            ask("c1", 3)
        assert caught.value.retry_after
        last = waiting.pop()
        assert last.sequence is not None
        last.sequence.cancel()
        assert one_end(last) == (FinishReason.CANCELLED, "", None)
        assert last.started == 0
        go.set()
        for heard in (first, *waiting):
            heard.end()
        assert order == ["a1", "a2", "b1", "a3"]


def test_a_model_that_is_away_is_shown_so_and_comes_back_by_itself(settings: Settings) -> None:
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with remote_writer(settings, f"http://127.0.0.1:{port}/v1", clock=clock) as engine:
        assert state(engine) == (ModelState.WAITING, None)
        reason, _, error = one_end(hear(engine))
        assert reason is FinishReason.ERROR
        assert error is not None
        assert "cannot be reached; check that it runs" in error
        with pytest.raises(Unavailable, match="“far” is unavailable: Its server") as caught:
            hear(engine)
        assert caught.value.retry_after == 10
        clock.now += 10
        assert state(engine)[0] is ModelState.WAITING
        with text_server(saying(*STORY, plain("", "stop")), port):
            assert one_end(hear(engine))[0] is FinishReason.STOP
        assert state(engine) == (ModelState.READY, None)


def test_those_who_wait_for_a_server_that_is_away_are_told_without_asking_it(
    settings: Settings,
) -> None:
    go = threading.Event()

    def behave(talk: Talk) -> None:
        go.wait(10)
        refusing(503, {})(talk)

    narrow = settings.model_copy(update={"max_active_streams": 1})
    with text_server(behave) as far, remote_writer(narrow, far.address) as engine:
        first, second = hear(engine), hear(engine)
        go.set()
        first.end()
        error = one_end(second)[2]
        assert error is not None
        assert error.startswith("The model “far” is unavailable: Its server")
        assert len(far.asked) == 1


def test_a_server_that_breaks_every_text_off_is_away_after_the_second(settings: Settings) -> None:
    with text_server(saying(*STORY)) as far, remote_writer(settings, far.address) as engine:
        hear(engine).end()
        assert state(engine)[0] is ModelState.READY
        hear(engine).end()
        assert state(engine)[0] is ModelState.UNAVAILABLE


def test_close_ends_what_is_written_and_what_waits(settings: Settings) -> None:
    def behave(talk: Talk) -> None:
        talk.send(HEAD, plain("Once"))
        talk.gone()

    told = threading.Event()
    narrow = settings.model_copy(update={"max_active_streams": 1})
    with text_server(behave) as far, remote_writer(narrow, far.address) as engine:
        first, second = hear(engine, on_token=lambda heard: told.set()), hear(engine)
        assert told.wait(10)
    assert one_end(first) == (FinishReason.CANCELLED, "Once", None)
    assert one_end(second) == (FinishReason.CANCELLED, "", None)
    assert first.sequence is not None
    first.sequence.cancel()
    with pytest.raises(Unavailable, match="has stopped"):
        hear(engine)


def test_a_listener_that_fails_ends_its_own_text_only(settings: Settings) -> None:
    def behave(talk: Talk) -> None:
        talk.send(HEAD, *STORY)
        talk.gone()

    def fail(heard: Heard) -> None:
        if len(heard.events) == 1:
            raise ValueError

    with text_server(behave) as far, remote_writer(settings, far.address) as engine:
        assert hear(engine, on_token=fail).end().reason is FinishReason.CANCELLED
        assert engine.stats() == replace(engine.stats(), active=0)
