"""Is the process alive, is it ready, how busy is it."""

import hmac
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from pydantic import SecretStr

from api.deps import SECURED, Bench, actor_of, bearer_secret
from api.errors import error_body
from api.openapi.refusals import also
from core.errors import Unavailable
from core.permissions import Permission

router = APIRouter(tags=["health"])
_RETRY_S = "5"
_READY: dict[int | str, Any] = also(503) | {
    200: {"content": {"application/json": {"example": {"status": "ready"}}}}
}


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
def healthz() -> dict[str, str]:
    """200 as long as the process answers."""
    return {"status": "ok"}


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses=_READY)
def readyz(bench: Bench) -> JSONResponse:
    """200 once the database answers and the default models are loaded; 503 says what is missing."""
    missing = bench.readiness()
    if not missing:
        return JSONResponse({"status": "ready"})
    error = error_body(Unavailable.code, f"Not ready: {'; '.join(missing)}")
    return JSONResponse(
        {**error, "missing": list(missing)}, status_code=503, headers={"Retry-After": _RETRY_S}
    )


def may_read_metrics(request: Request, bench: Bench) -> None:
    """Let in who sends the metrics token, and admins. Raises `NotSignedIn` and `NotAllowed`."""
    sent = bearer_secret(request.headers.get("authorization"))
    token = bench.settings.metrics_token
    if not (sent and token and hmac.compare_digest(sent.encode(), _bytes(token))):
        actor_of(request, bench).require(Permission.VIEW_SYSTEM)


def _bytes(secret: SecretStr) -> bytes:
    return secret.get_secret_value().encode()


@router.get(
    "/metrics", dependencies=(*SECURED, Depends(may_read_metrics)), response_class=PlainTextResponse
)
def metrics(request: Request) -> Response:
    """Prometheus text, for the metrics token or an admin's key; OpenMetrics, which has exemplars,
    where the scraper accepts it."""
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(REGISTRY), media_type=content_type)
