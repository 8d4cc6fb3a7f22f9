"""The HTTP face: one application, wired from a workbench that is opened elsewhere."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI

from api import errors
from api.answers import ErrorOut
from api.context import RequestContext
from api.limits import BodyLimit
from api.openapi.described import DescribedAPI, as_text
from api.routes import (
    audit,
    cookie,
    describe,
    detect,
    docs,
    erasure,
    feedback,
    figures,
    generate,
    health,
    hf,
    identities,
    jobs,
    keys,
    limits,
    lineage,
    me,
    models,
    openai,
    own_rating,
    password,
    plugins,
    prompts,
    quality,
    requests,
    runs,
    socket,
    system,
    triage,
    usage,
    users,
    views,
)
from core.workbench import Workbench

_ABOUT = """
Send `Authorization: Bearer <key>`; pages of this very site may call with their session cookie.
Errors are always `{"error": {"code", "message", "request_id"}}`, and `X-Request-ID` stands on every
answer. Times are UTC in ISO 8601, ids UUIDv7. Unknown fields of a body are refused by name.

A text can also be written over a WebSocket, `/api/v1/generate/ws`. The first message is the body of
`POST /api/v1/generate`, or `{"run_id", "last_event_id"}` to take a run up again. The server answers
with `{"event": "run", "data": {"run_id"}}`, then with the events of the stream, each as
`{"event", "id", "data"}`, and closes after `done` or `error`. `{"type": "stop"}` stops the run;
what is written so far is kept.
""".strip()
_ERRORS: Mapping[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorOut},  # in place of the framework's own; `DescribedAPI` says which
}


def schema_text() -> str:
    """The schema, as `docs/openapi.json` holds it."""
    return as_text(create_app(_nothing_open).openapi())


def create_app(workbench: Callable[[], Workbench]) -> FastAPI:
    """An application whose paths are whole (`/api/...`, `/healthz`): mount it without a prefix.

    `workbench` is asked at each request, never here, so that the application can be made first.
    """
    app = DescribedAPI(
        title="Glimpse API",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        responses=dict(_ERRORS),
    )
    app.state.workbench = workbench
    errors.install(app)
    for part in (
        health,
        models,
        plugins,
        detect,
        hf,
        generate,
        jobs,
        openai,
        socket,
        describe,
        prompts,
        runs,
        lineage,
        me,
        usage,
        own_rating,
        limits,
        feedback,
        requests,
        views,
        users,
        figures,
        quality,
        triage,
        keys,
        password,
        identities,
        audit,
        erasure,
        system,
        cookie,
        docs,
    ):
        app.include_router(part.router)
    app.add_middleware(BodyLimit, settings=lambda: workbench().settings)
    app.add_middleware(RequestContext)
    return app


def _nothing_open() -> Workbench:
    raise RuntimeError("a schema needs no workbench")
