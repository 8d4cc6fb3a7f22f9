"""People, models and runs to rate, put straight into the tables."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.ids import new_id
from core.permissions import Actor, Face, Role
from db.models import Image, Model, Run, User
from db.session import Database

_PARAMS: dict[str, dict[str, Any]] = {
    "detection": {"box_threshold": 0.35, "text_threshold": 0.25},
    "generation": {"seed": 7, "stop": []},
}
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def person(database: Database, name: str, role: Role = Role.ANALYST) -> Actor:
    user = User(id=new_id(), username=name, password_hash="-", role=role)
    with database.unit_of_work() as session:
        session.add(user)
    return Actor(user_id=user.id, username=name, role=role, face=Face.UI)


def model(database: Database, task: str, name: str, revision: str = "r1") -> UUID:
    row = Model(id=new_id(), task=task, name=name, revision=revision, source="builtin:fake")
    with database.unit_of_work() as session:
        session.add(row)
    return row.id


def run(
    database: Database,
    owner: Actor,
    model_id: UUID,
    *,
    task: str = "generation",
    status: str = "done",
    prompt: str = "Say something.",
    text: str = "Something.",
    at: datetime = NOON,
    **columns: Any,
) -> UUID:
    """A finished run; its output is `text`, or one box labelled with it."""
    found = [{"label": text, "score": 0.913, "box": {"xmin": 0, "ymin": 0, "xmax": 9, "ymax": 9}}]
    output: dict[str, Any] = {
        "outputs": [{"text": text, "finish_reason": "stop", "tokens": []}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 1},
    }
    row = Run(
        id=new_id(),
        user_id=owner.user_id,
        face="ui",
        trace_id="trace",
        task=task,
        model_id=model_id,
        prompt=prompt,
        params=_PARAMS[task],
        status=status,
        output={"detections": found} if task == "detection" else output,
        latency_ms=120,
        created_at=at,
        **columns,
    )
    with database.unit_of_work() as session:
        session.add(row)
    return row.id


def image(database: Database) -> bytes:
    digest = bytes(range(32))
    with database.unit_of_work() as session:
        session.add(Image(sha256=digest, mime="image/png", width=9, height=9, content=b"-"))
    return digest
