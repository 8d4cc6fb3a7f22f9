"""One server that writes text, asked through OpenAI's client."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any

import httpx2
from openai import APIConnectionError, APIError, APIStatusError, AsyncOpenAI, AsyncStream, omit

from core.config import Settings
from core.inference.abilities import remote_abilities
from core.inference.addresses import engine_key
from core.inference.remote_bounded import TooMuch, bounded
from core.inference.remote_failures import Failure, Manner, Server
from core.inference.remote_text_format import Chunk, read_chat, read_plain
from core.inference.types import ModelEntry, TextRequest

_CONNECT_S = 5
_IDLE_S = 2.0  # common servers hang up after five idle seconds; leave before they do
_BYTES, _BYTES_A_TOKEN = 2**20, 2**13  # of an answer; alternatives make a token long
_CHAT = Manner(
    format="OpenAI's format for streamed text",
    change="the messages or the settings",
    lighter="with a shorter prompt",
    limit="GLIMPSE_STREAM_TIMEOUT_S",
)
_PLAIN = replace(
    _CHAT,
    change="the prompt or the settings",
    instead="send the prompt as messages, or check the address in models.toml",
)
_NO_KEY = "-"
"""Never sent: the client demands one, or takes that of OpenAI's own from the environment."""


class TextServer:
    """For one event loop. Tries once: whoever asks decides whether to ask again."""

    def __init__(self, entry: ModelEntry, settings: Settings) -> None:
        url, key = httpx2.URL(entry.source), engine_key(entry)
        limit = settings.stream_timeout_s
        self._model = entry.model or entry.id
        self._abilities = remote_abilities(entry)
        self._authorization = f"Bearer {key}" if key else omit
        self._chat = Server(
            model=entry.id,
            name=url.netloc.decode(),
            path=f"{url.path.rstrip('/')}/chat/completions",
            key_variable=entry.api_key_env,
            limit_s=limit,
            manner=_CHAT,
            key=key,
        )
        self._plain = replace(self._chat, path=f"{url.path.rstrip('/')}/completions", manner=_PLAIN)
        self._client = AsyncOpenAI(
            base_url=url.copy_with(query=None),
            default_query=dict(url.params),
            api_key=_NO_KEY,
            max_retries=0,
            timeout=httpx2.Timeout(None, connect=min(limit, _CONNECT_S), write=limit),
            http_client=httpx2.AsyncClient(
                limits=httpx2.Limits(
                    max_connections=settings.max_active_streams, keepalive_expiry=_IDLE_S
                ),
                event_hooks={
                    "response": [bounded(_BYTES + _BYTES_A_TOKEN * settings.max_new_tokens)]
                },
            ),
        )

    def asked(self, request: TextRequest) -> Server:
        """Whom errors name: the part of the server that answers requests of this kind."""
        return self._plain if isinstance(request.prompt, str) else self._chat

    async def chunks(self, request: TextRequest, trace_id: str) -> AsyncGenerator[Chunk, None]:
        """The answer as it comes; to be closed by whoever leaves before its end.

        Raises
        ------
        Failure : the server, its address or its key is at fault.
        Invalid : it refused what was asked.
        LimitReached : it was asked too often.
        """
        server = self.asked(request)
        read = read_plain if server is self._plain else read_chat
        try:
            stream: AsyncStream[object] = await self._asked(request, trace_id)
            async with stream:
                async for chunk in stream:
                    yield read(chunk, request.params.top_logprobs)
        except APIStatusError as error:
            server.judge(error.status_code, error.response.headers, error.response.content)
            raise
        except APIConnectionError as error:
            raise _unconnected(error.__cause__, server) from error
        except APIError as error:
            raise server.gave_up(error.body) from error
        except httpx2.HTTPError as error:  # while it read the body of an error
            raise _unconnected(error, server) from error
        except (ValueError, RecursionError) as error:
            raise server.unreadable(str(error)) from error

    async def close(self) -> None:
        await self._client.close()

    async def _asked(self, request: TextRequest, trace_id: str) -> Any:
        params = request.params
        ranked = params.top_logprobs if self._abilities.logprobs else omit
        common: dict[str, Any] = {
            "model": self._model,
            "stream_options": {"include_usage": True},
            "max_tokens": params.max_new_tokens,
            "temperature": params.temperature,
            "top_p": params.top_p,
            "stop": list(params.stop) or omit,
            "seed": omit if params.seed is None else params.seed,
            "extra_body": self._beyond(request),
            "extra_headers": self._headers(trace_id),
        }
        if isinstance(request.prompt, str):
            prompt = request.prompt + (request.lead.text if request.lead else "")
            return await self._client.completions.create(
                stream=True, prompt=prompt, logprobs=ranked, **common
            )
        messages: list[Any] = [{"role": it.role, "content": it.content} for it in request.prompt]
        return await self._client.chat.completions.create(
            stream=True,
            messages=messages,
            logprobs=True if self._abilities.logprobs else omit,
            top_logprobs=ranked,
            **common,
        )

    def _beyond(self, request: TextRequest) -> Mapping[str, object]:
        """Settings that OpenAI's own servers lack, named as vLLM and its like name them."""
        beyond: dict[str, object] = {}
        if self._abilities.top_k:
            beyond["top_k"] = request.params.top_k or -1
        if self._abilities.repetition_penalty:
            beyond["repetition_penalty"] = request.params.repetition_penalty
        return beyond

    def _headers(self, trace_id: str) -> Mapping[str, Any]:
        return {
            "User-Agent": "glimpse",
            "Accept-Encoding": "identity",  # packed, a small answer could fill the memory
            "X-Request-ID": trace_id,
            "Authorization": self._authorization,
            "OpenAI-Organization": omit,  # the client takes both from the environment
            "OpenAI-Project": omit,
        }


def _unconnected(cause: BaseException | None, server: Server) -> Failure:
    if isinstance(cause, httpx2.ConnectTimeout | httpx2.ConnectError | httpx2.ProxyError):
        return server.away()
    if isinstance(cause, httpx2.TimeoutException):
        return server.slow()
    if isinstance(cause, TooMuch):
        return server.unreadable(str(cause))
    return server.broke_off()
