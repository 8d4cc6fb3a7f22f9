"""Which paths go to the HTTP API; all others are pages."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

API_PATHS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/auth/cookie",
    "/auth/session",
    *(each for name in ("/api", "/v1", "/hf") for each in (name, f"{name}/{{path:path}}")),
)

API_SOCKET = "/api/v1/generate/ws"


def beside_pages(api: ASGIApp) -> Sequence[BaseRoute]:
    """Routes that hand the API its paths unshortened (`Mount` would cut the prefix off)."""
    return [
        WebSocketRoute(API_SOCKET, endpoint=api, name="api"),
        *(Route(path, endpoint=api, name="api") for path in API_PATHS),
    ]
