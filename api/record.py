"""What is learnt about a request while it is served, for its log line."""

from dataclasses import dataclass

from starlette.types import Scope

from core.permissions import Actor


@dataclass
class RequestRecord:
    actor: Actor | None = None
    error_code: str | None = None
    status: int = 0
    """0 until the answer's head is sent."""


def open_record(scope: Scope) -> RequestRecord:
    record = RequestRecord()
    scope.setdefault("state", {})["record"] = record
    scope.pop("route", None)  # set by the application that hands us its paths
    return record


def record_of(scope: Scope) -> RequestRecord:
    record: RequestRecord = scope["state"]["record"]
    return record


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as `/api/v1/runs/{run_id}`."""
    route = scope.get("route")
    return getattr(route, "path_format", getattr(route, "path", "(none)"))
