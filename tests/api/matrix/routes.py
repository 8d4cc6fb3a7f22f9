"""Who gets what at every route, written down by hand: CONTRACTS' table of roles, cell by cell.

Nothing here is read from the permissions of the product, so that a change there shows up here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.api.matrix.world import Kind, World

ALL = "guest analyst admin"
RATERS = "analyst admin"
ADMIN = "admin"
OPEN = "nobody guest analyst admin"
READING = "detect generate feedback"
"""Scopes of keys that may look at runs."""


@dataclass(frozen=True)
class Route:
    """One verb at one path.

    `roles` get `ok`; others 403, and nobody 401. Keys of an analyst with one scope get `ok` where
    the scope is in `scopes` and the role in `roles`. Where the path names a thing of `kind`, all
    that is said holds for one's own; a stranger's is 404, but for the roles in `foreign`.
    """

    method: str
    path: str
    roles: str
    ok: int = 200
    scopes: str = ""
    kind: Kind | None = None
    foreign: str = ""
    json: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    """Sent as multipart, with a picture."""
    body: Callable[[World, Any], Any] | None = None
    """Makes `json` of the world and the thing that the path names."""
    csv: str | None = None
    query_of: Callable[[Any], Mapping[str, str]] | None = None
    session_only: bool = False
    """Whether no API key may do it, not even an admin's."""

    @property
    def name(self) -> tuple[str, str]:
        return self.method, self.path


def _rating(world: World, run_id: Any) -> Any:
    return {"run_id": str(run_id), "rating": 4}


def _named(world: World, _: Any) -> Any:
    return {"name": world.new_name()}


def _prompt(world: World, _: Any) -> Any:
    return {"name": world.new_name(), "text": "Say {{word}}"}


def _user(world: World, _: Any) -> Any:
    return {"username": world.new_name(), "role": "guest"}


def _identity(world: World, _: Any) -> Any:
    return {"issuer": "https://id.example", "subject": world.new_name()}


def _named_user(world: World, user_id: Any) -> Any:
    return {"username": world.username(user_id)}


def _seen(world: World, feedback_id: Any) -> Any:
    return {"seen_at": world.seen(feedback_id), "status": "triaged"}


_TEXT = {"prompt": "two words", "model": "pace", "max_new_tokens": 2}
_OPENAI = {"model": "pace", "max_tokens": 2}
_QUOTA = {"per_minute": 5, "per_day": None, "streams": None}
_ELSEWHERE = {"issuer": "https://id.example", "subject": "somebody"}
_DETECTION = {"prompt": "red circle", "model": "shapes"}

ROUTES = (
    Route("GET", "/healthz", OPEN, scopes=f"{READING} export"),
    Route("GET", "/readyz", OPEN, scopes=f"{READING} export"),
    Route("GET", "/metrics", ADMIN),
    Route("GET", "/api/docs", OPEN, scopes=f"{READING} export"),
    Route("GET", "/api/openapi.json", OPEN, scopes=f"{READING} export"),
    # The ticket is what lets in, and this one is nobody's.
    Route("POST", "/auth/cookie", OPEN, 401, f"{READING} export", json={"ticket": "unknown"}),
    # Asked by the id of a sign-in, which is nobody's here.
    Route(
        *("GET", "/auth/session", OPEN, 401),
        scopes=f"{READING} export",
        query={"id": "01a1fbc9-9c82-71c7-b313-43958faaf6be", "role": "admin"},
    ),
    Route("GET", "/api/v1/me", ALL, scopes=f"{READING} export"),
    Route("GET", "/api/v1/me/sessions", ALL),
    Route("DELETE", "/api/v1/me/sessions/{session_id}", ALL, 204, kind=Kind.SESSION),
    Route("DELETE", "/api/v1/me/sessions", ALL, 204),
    Route("GET", "/api/v1/models", ALL, scopes=f"{READING} export"),
    Route("GET", "/api/v1/plugins", ADMIN),
    Route("POST", "/api/v1/detect", ALL, scopes="detect", form=_DETECTION),
    Route(
        *("POST", "/hf/{model}", ALL),
        scopes="detect",
        kind=Kind.DETECTOR,
        body=lambda world, _: {
            "inputs": world.picture_base64,
            "parameters": {"candidate_labels": ["red circle"]},
        },
    ),
    Route("POST", "/api/v1/generate", ALL, scopes="generate", json=_TEXT),
    Route("POST", "/v1/completions", ALL, scopes="generate", json=_OPENAI | {"prompt": "a"}),
    Route(
        *("POST", "/v1/chat/completions", ALL),
        scopes="generate",
        json=_OPENAI | {"messages": [{"role": "user", "content": "a"}]},
    ),
    Route("GET", "/v1/models", ALL, scopes=f"{READING} export"),
    Route(
        *("GET", "/v1/models/{model}", ALL),
        scopes=f"{READING} export",
        kind=Kind.GENERATOR,
    ),
    Route("GET", "/api/v1/usage", ALL, scopes="generate"),
    # Runs: one's own, or, for admins, everybody's.
    Route("GET", "/api/v1/runs", RATERS, scopes=READING),
    Route(
        *("GET", "/api/v1/runs/compare", RATERS),
        scopes=READING,
        kind=Kind.PAIR,
        query_of=lambda pair: {"a": str(pair[0]), "b": str(pair[1])},
    ),
    Route(
        *("GET", "/api/v1/runs/export", RATERS),
        scopes="export",
        kind=Kind.DETECTION,
        foreign=ADMIN,
        query_of=lambda run_id: {"id": str(run_id), "format": "csv"},
    ),
    Route("GET", "/api/v1/runs/{run_id}", ALL, 200, READING, Kind.DETECTION, ADMIN),
    Route("GET", "/api/v1/runs/{run_id}/stream", ALL, 200, READING, Kind.GENERATION, ADMIN),
    Route("GET", "/api/v1/runs/{run_id}/image", ALL, 200, READING, Kind.DETECTION, ADMIN),
    Route(
        *("GET", "/api/v1/runs/{run_id}/export", RATERS, 200, "export", Kind.DETECTION, ADMIN),
        query={"format": "csv"},
    ),
    # No such post-processor: who may see the run's boxes gets as far as that.
    Route(
        *("GET", "/api/v1/runs/{run_id}/postprocessed", ALL, 422, READING, Kind.DETECTION, ADMIN),
        query={"postprocess": "none"},
    ),
    Route("POST", "/api/v1/runs/{run_id}/cancel", ALL, 200, "generate", Kind.GENERATION, ADMIN),
    Route(
        *("POST", "/api/v1/runs/{run_id}/signals", ALL, 204, READING, Kind.GENERATION, ADMIN),
        json={"kind": "copied"},
    ),
    Route("POST", "/api/v1/runs/{run_id}/again", ALL, 202, "generate", Kind.GENERATION, ADMIN),
    Route(
        *("POST", "/api/v1/runs/{run_id}/continue", ALL, 202, "generate", Kind.GENERATION, ADMIN),
        json={"max_new_tokens": 2},
    ),
    Route(
        *("POST", "/api/v1/runs/{run_id}/branch", ALL, 422, "generate", Kind.GENERATION, ADMIN),
        json={"index": 0, "token_id": 10**6},
    ),
    Route("GET", "/api/v1/runs/{run_id}/relatives", ALL, 200, READING, Kind.GENERATION, ADMIN),
    Route("GET", "/api/v1/runs/{run_id}/tokens", ALL, 200, READING, Kind.GENERATION, ADMIN),
    Route(
        *("POST", "/api/v1/runs/{run_id}/describe", ALL, 202, "generate", Kind.DETECTION, ADMIN),
        json={"max_new_tokens": 2},
    ),
    Route(
        *("POST", "/api/v1/runs/{run_id}/requests", ADMIN),
        kind=Kind.DETECTION,
        foreign=ADMIN,
        json={"usernames": ["ana"]},
    ),
    # Jobs: for analysts, with a key of their kind; admins see and stop everybody's.
    Route("GET", "/api/v1/jobs", RATERS, scopes="detect generate"),
    Route(
        *("POST", "/api/v1/jobs", RATERS, 202, "generate"),
        json={"kind": "generate", "prompts": ["two words"], "model": "pace"},
    ),
    Route("GET", "/api/v1/jobs/{job_id}", RATERS, 200, "detect generate", Kind.JOB, ADMIN),
    Route("GET", "/api/v1/jobs/{job_id}/items", RATERS, 200, "detect generate", Kind.JOB, ADMIN),
    Route(
        *("GET", "/api/v1/jobs/{job_id}/export", RATERS, 200, "export", Kind.JOB, ADMIN),
        query={"format": "csv"},
    ),
    Route("POST", "/api/v1/jobs/{job_id}/retry", RATERS, 202, "detect generate", Kind.JOB),
    Route("DELETE", "/api/v1/jobs/{job_id}", RATERS, 200, "detect generate", Kind.JOB, ADMIN),
    # Prompts: what others share may be read, and archived by an admin.
    Route("GET", "/api/v1/prompts", ALL, scopes="generate"),
    Route("POST", "/api/v1/prompts", RATERS, 201, body=_prompt),
    Route("GET", "/api/v1/prompts/{prompt_id}", ALL, 200, "generate", Kind.PROMPT),
    Route(
        *("POST", "/api/v1/prompts/{prompt_id}/versions", RATERS),
        kind=Kind.PROMPT,
        json={"text": "Say {{word}} twice"},
    ),
    Route(
        *("PATCH", "/api/v1/prompts/{prompt_id}", RATERS),
        kind=Kind.PROMPT,
        json={"description": "short"},
    ),
    # Ratings: given by those who may see the run, read by admins.
    Route(
        *("POST", "/api/v1/feedback", RATERS, 201, "feedback", Kind.DETECTION, ADMIN),
        body=_rating,
    ),
    Route("GET", "/api/v1/feedback", ADMIN),
    Route("POST", "/api/v1/feedback/claim", ADMIN, 204),
    Route("GET", "/api/v1/feedback/export", RATERS, scopes="export", query={"format": "csv"}),
    Route("GET", "/api/v1/feedback/{feedback_id}", ADMIN, 200, "", Kind.RATING, ADMIN),
    Route(
        "PATCH", "/api/v1/feedback/{feedback_id}", ADMIN, 200, "", Kind.RATING, ADMIN, body=_seen
    ),
    Route("GET", "/api/v1/feedback/figures", ADMIN),
    Route("GET", "/api/v1/feedback/raters", ADMIN),
    Route("GET", "/api/v1/feedback/answers", RATERS, scopes="feedback"),
    Route("GET", "/api/v1/runs/{run_id}/rating", RATERS, 200, "feedback", Kind.RATED),
    Route("DELETE", "/api/v1/runs/{run_id}/rating", RATERS, 204, "feedback", Kind.RATED),
    Route("POST", "/api/v1/runs/{run_id}/rating/restore", RATERS, 200, "feedback", Kind.WITHDRAWN),
    Route("GET", "/api/v1/phrases", ADMIN),
    Route(
        *("GET", "/api/v1/phrases/advice", ADMIN),
        query={"of_model": "shapes", "of_phrase": "red circle"},
    ),
    Route("GET", "/api/v1/thresholds", ADMIN),
    # No cut is advised without verdicts: who may set one gets as far as that.
    Route(
        *("PUT", "/api/v1/thresholds", ADMIN, 422),
        json={"model": "shapes", "phrase": "red circle", "seen": 0.5},
    ),
    Route(
        *("DELETE", "/api/v1/thresholds", ADMIN),
        query={"model": "shapes", "phrase": "red circle"},
    ),
    # A new password that is too short: who may choose one gets as far as that.
    Route(
        *("POST", "/api/v1/me/password", ALL, 422),
        json={"current": "a", "new": "b"},
        session_only=True,
    ),
    Route("GET", "/api/v1/requests", RATERS, scopes="feedback"),
    Route("GET", "/api/v1/views", ADMIN),
    Route("POST", "/api/v1/views", ADMIN, 201, body=_named),
    Route("GET", "/api/v1/views/{view_id}", ADMIN, kind=Kind.VIEW),
    Route("DELETE", "/api/v1/views/{view_id}", ADMIN, 204, kind=Kind.VIEW),
    # Keys: made and ended by people who are signed in, never by a key.
    Route("GET", "/api/v1/me/keys", RATERS),
    Route("POST", "/api/v1/me/keys", RATERS, 201, json={"label": "new"}, session_only=True),
    Route("DELETE", "/api/v1/me/keys/{key_id}", RATERS, kind=Kind.KEY, session_only=True),
    Route(
        *("POST", "/api/v1/me/keys/{key_id}/restore", RATERS),
        kind=Kind.REVOKED_KEY,
        session_only=True,
    ),
    Route("GET", "/api/v1/keys", ADMIN),
    Route(*("DELETE", "/api/v1/keys/{key_id}", ADMIN, 200, "", Kind.KEY, ADMIN), session_only=True),
    Route(
        *("POST", "/api/v1/keys/{key_id}/restore", ADMIN, 200, "", Kind.REVOKED_KEY, ADMIN),
        session_only=True,
    ),
    Route("GET", "/api/v1/audit", ADMIN),
    Route("GET", "/api/v1/audit/export", ADMIN),
    Route("GET", "/api/v1/audit/{entry_id}", ADMIN, 200, "", Kind.ENTRY, ADMIN),
    # The running program.
    Route("GET", "/api/v1/system", ADMIN),
    Route("DELETE", "/api/v1/system/features", ADMIN, 204),
    Route("DELETE", "/api/v1/system/texts/{run_id}", ADMIN, 204, "", Kind.GENERATION, ADMIN),
    Route("POST", "/api/v1/models/{model_id}/load", ADMIN, 202, "", Kind.BROKEN),
    Route("POST", "/api/v1/models/{model_id}/unload", ADMIN, 409, "", Kind.BROKEN),
    Route("POST", "/api/v1/models/{model_id}/warm", ADMIN, 503, "", Kind.BROKEN),
    Route("GET", "/api/v1/notice", OPEN, scopes=f"{READING} export"),
    Route("PUT", "/api/v1/notice", ADMIN, json={"text": "Back at noon."}),
    Route("DELETE", "/api/v1/notice", ADMIN),
    # How much may be used.
    Route("GET", "/api/v1/me/limits", ALL, scopes=f"{READING} export"),
    Route("GET", "/api/v1/limits", ADMIN),
    Route("PUT", "/api/v1/limits/roles/{role}/{task}", ADMIN, 204, "", Kind.ROLE, json=_QUOTA),
    Route("DELETE", "/api/v1/limits/roles/{role}/{task}", ADMIN, 204, "", Kind.ROLE),
    Route("GET", "/api/v1/limits/users/{user_id}", ADMIN, 200, "", Kind.USER),
    Route(
        *("PUT", "/api/v1/limits/users/{user_id}/{task}", ADMIN, 204, "", Kind.LIMITED),
        json=_QUOTA,
    ),
    Route("DELETE", "/api/v1/limits/users/{user_id}/{task}", ADMIN, 204, "", Kind.LIMITED),
    # Everybody's accounts.
    Route("GET", "/api/v1/users", ADMIN),
    Route("POST", "/api/v1/users", ADMIN, 201, body=_user),
    # A line without a role: who may add people gets as far as that.
    Route("POST", "/api/v1/users/import", ADMIN, 422, csv="somebody"),
    Route("GET", "/api/v1/users/{user_id}", ADMIN, kind=Kind.USER),
    Route("PATCH", "/api/v1/users/{user_id}", ADMIN, kind=Kind.USER, json={"active": False}),
    Route("POST", "/api/v1/users/{user_id}/password", ADMIN, kind=Kind.USER),
    Route("GET", "/api/v1/users/{user_id}/runs", ADMIN, kind=Kind.USER),
    Route("GET", "/api/v1/users/{user_id}/sessions", ADMIN, kind=Kind.USER),
    Route("DELETE", "/api/v1/users/{user_id}/sessions", ADMIN, 204, kind=Kind.USER),
    Route(
        "DELETE", "/api/v1/users/{user_id}/sessions/{session_id}", ADMIN, 204, kind=Kind.SIGNED_IN
    ),
    Route("GET", "/api/v1/users/{user_id}/identities", ADMIN, kind=Kind.USER),
    Route("POST", "/api/v1/users/{user_id}/identities", ADMIN, kind=Kind.USER, body=_identity),
    Route(
        *("DELETE", "/api/v1/users/{user_id}/identities", ADMIN, 204),
        kind=Kind.LINKED,
        query=_ELSEWHERE,
    ),
    Route("GET", "/api/v1/users/{user_id}/erasure", ADMIN, kind=Kind.USER),
    Route("POST", "/api/v1/users/{user_id}/erasure", ADMIN, 202, kind=Kind.USER, body=_named_user),
    Route("DELETE", "/api/v1/users/{user_id}/erasure", ADMIN, kind=Kind.TO_BE_ERASED),
)
