"""Which paths go to the HTTP API; all others are pages."""

from collections.abc import Sequence

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp


class _Rest(Convertor[str]):
    """What is left of a path, line breaks too, which `path` leaves to the pages."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("rest", _Rest())
API_PATHS = (
    "/healthz",
    "/readyz",
    "/metrics",
    "/auth/cookie",
    "/auth/session",
    *(each for name in ("/api", "/v1", "/hf") for each in (name, f"{name}/{{path:rest}}")),
)

API_SOCKET = "/api/v1/generate/ws"


def beside_pages(api: ASGIApp) -> Sequence[BaseRoute]:
    """Routes that hand the API its paths unshortened (`Mount` would cut the prefix off)."""
    return [
        WebSocketRoute(API_SOCKET, endpoint=api, name="api"),
        *(Route(path, endpoint=api, name="api") for path in API_PATHS),
    ]
