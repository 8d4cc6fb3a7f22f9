"""Small real models, and a listener that keeps what an engine tells."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from core.config import ROOT
from core.generation.types import Lead, Message, SamplingParams, TokenEvent
from core.inference.device import use_threads
from core.inference.loader import LoadedTextModel, load_text_model
from core.inference.textengine.engine import TextEngine
from core.inference.textengine.limits import EngineLimits
from core.inference.types import EngineEnd, EngineStats, ModelEntry, RunningSequence, TextRequest
from core.runs.types import Task

END = 256
CONTEXT = 128
GREEDY = SamplingParams(max_new_tokens=40, temperature=0)
PATIENCE_S = 60
ANYBODY = UUID(int=0)


def reporter() -> LoadedTextModel:
    """The bundled writer."""
    source = str(ROOT / "models" / "reporter")
    return load_text_model(ModelEntry("reporter", Task.GENERATION, source), "cpu")


def byte_tokenizer(chat_template: str | None = None) -> PreTrainedTokenizerBase:
    """One token for each byte, so that every character beyond ASCII is split over tokens."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {character: number for number, character in enumerate(alphabet)}
    raw = Tokenizer(models.BPE(vocab=words, merges=[]))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    wrap: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerBase = wrap(tokenizer_object=raw, eos_token="<|end|>")
    tokenizer.chat_template = chat_template
    return tokenizer


def fallback_tokenizer() -> PreTrainedTokenizerBase:
    """As Llama's: letters and spaces are tokens, all else is spelt in bytes such as <0xE4>."""
    words = {f"<0x{byte:02X}>": byte for byte in range(256)}
    for character in "▁abcdefghijklmnopqrstuvwxyz":
        words[character] = len(words)
    raw = Tokenizer(models.BPE(vocab=words, merges=[], byte_fallback=True))
    raw.normalizer = normalizers.Replace(" ", "▁")
    raw.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(content=" ", left=1),
        ]
    )
    wrap: Any = PreTrainedTokenizerFast
    tokenizer: PreTrainedTokenizerBase = wrap(tokenizer_object=raw, eos_token="<|end|>")
    return tokenizer


def tiny(family: str, chat_template: str | None = None) -> LoadedTextModel:
    """A random model of a family over bytes; its answers are noise, but always the same noise."""
    torch.manual_seed(11)
    model: PreTrainedModel
    sizes: dict[str, Any] = {"vocab_size": END + 1, "bos_token_id": END, "eos_token_id": END}
    if family == "gpt2":
        sizes |= {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT}
        model = GPT2LMHeadModel(GPT2Config(**sizes, initializer_range=0.4))
    else:
        sizes |= {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
        sizes |= {"num_attention_heads": 4, "num_key_value_heads": 2}
        sizes |= {"max_position_embeddings": CONTEXT, "initializer_range": 0.4}
        model = LlamaForCausalLM(LlamaConfig(**sizes))
    tokenizer, cpu = byte_tokenizer(chat_template), torch.device("cpu")
    model.train(False)
    return LoadedTextModel(family, model, tokenizer, cpu, "0", CONTEXT)


def engine_for(loaded: LoadedTextModel, **limits: Any) -> TextEngine:
    given = {"max_active": 4, "max_queued": 16, "max_new_tokens": 512, "timeout_s": 30.0}
    return TextEngine(loaded, EngineLimits(**{**given, **limits}))


def generated_ids(loaded: LoadedTextModel, prompt: str, **options: Any) -> list[int]:
    """What transformers itself writes, greedily."""
    use_threads(loaded.model.num_parameters(), loaded.device)
    ids = torch.tensor([loaded.tokenizer(prompt).input_ids])
    generate: Any = loaded.model.generate
    with torch.inference_mode():
        answer = generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            pad_token_id=0,
            **options,
        )
    written: list[int] = answer[0, ids.shape[1] :].tolist()
    return written


@dataclass
class Heard:
    """What was told of one sequence."""

    events: list[TokenEvent] = field(default_factory=list)
    ends: list[EngineEnd] = field(default_factory=list)
    started: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    sequence: RunningSequence | None = None

    @property
    def ids(self) -> list[int]:
        return [event.token_id for event in self.events if event.token_id is not None]

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events)

    def end_ids(self) -> list[int]:
        self.end()
        return self.ids

    def end(self) -> EngineEnd:
        assert self.over.wait(PATIENCE_S), "the sequence never ended"
        return self.ends[0]


def listen(
    engine: TextEngine,
    prompt: str | Sequence[Message],
    params: SamplingParams = GREEDY,
    on_token: Callable[[Heard], None] | None = None,
    user: UUID = ANYBODY,
    lead: Lead | None = None,
) -> Heard:
    """Submit; `on_token` is called in the engine's thread after each token."""
    heard = Heard()
    known = threading.Event()

    def token(event: TokenEvent) -> None:
        assert known.wait(PATIENCE_S)
        heard.events.append(event)
        if on_token is not None:
            on_token(heard)

    def start() -> None:
        heard.started += 1

    def end(told: EngineEnd) -> None:
        heard.ends.append(told)
        heard.over.set()

    request = TextRequest(prompt, params, user, lead=lead)
    heard.sequence = engine.submit(request, on_token=token, on_end=end, on_start=start)
    known.set()
    return heard


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.002)


def idle(engine: TextEngine) -> EngineStats:
    """How the engine stands once its thread has let go of whoever has ended."""
    wait_until(lambda: not engine.stats().cache_bytes)
    return engine.stats()


def cancel_after(tokens: int) -> Callable[[Heard], None]:
    def on_token(heard: Heard) -> None:
        if len(heard.events) == tokens and heard.sequence is not None:
            heard.sequence.cancel()

    return on_token


@contextmanager
def before_forward(loaded: LoadedTextModel, act: Callable[[Any], object]) -> Iterator[None]:
    """Call `act` with the arguments of each of the model's forward passes."""

    def hook(_module: object, _args: object, given: dict[str, Any]) -> None:
        act(given)

    handle = loaded.model.register_forward_pre_hook(hook, with_kwargs=True)
    try:
        yield
    finally:
        handle.remove()
