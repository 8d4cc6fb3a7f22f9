"""API keys: one's own, and for administrators everybody's. A key itself may only read them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import SECURED, Bench, Caller
from api.key_answers import KeyIn, KeyOut, KeysOut, NewKeyOut
from api.openapi.refusals import also
from core.permissions import Permission

router = APIRouter(prefix="/api/v1", tags=["keys"], dependencies=SECURED)


@router.get("/me/keys")
def own_keys(bench: Bench, caller: Caller) -> KeysOut:
    """Your own keys."""
    return KeysOut(keys=[KeyOut.of(key) for key in bench.accounts.keys(caller)])


@router.post("/me/keys", status_code=201, responses=also(409))
def add_key(bench: Bench, caller: Caller, asked: KeyIn) -> NewKeyOut:
    """Make a key of your own; only while signed in."""
    made = bench.accounts.add_key(caller, asked.label, asked.scopes, days=asked.days)
    return NewKeyOut.of_new(made)


@router.delete("/me/keys/{key_id}")
def revoke_own_key(bench: Bench, caller: Caller, key_id: UUID) -> KeyOut:
    """End a key of your own, from the next call with it on; only while signed in."""
    return KeyOut.of(bench.accounts.revoke_key(caller, key_id, own_only=True))


@router.post("/me/keys/{key_id}/restore", responses=also(409))
def restore_own_key(bench: Bench, caller: Caller, key_id: UUID) -> KeyOut:
    """Take back that it was revoked, within ten minutes; only while signed in."""
    return KeyOut.of(bench.accounts.restore_key(caller, key_id, own_only=True))


@router.get("/keys")
def everybodys_keys(
    bench: Bench,
    caller: Caller,
    user_id: Annotated[UUID | None, Query(description="that person's alone")] = None,
) -> KeysOut:
    """Everybody's keys, or one user's; for administrators."""
    accounts = bench.accounts
    found = accounts.all_keys(caller) if user_id is None else accounts.keys_of(caller, user_id)
    return KeysOut(keys=[KeyOut.of(key) for key in found])


@router.delete("/keys/{key_id}")
def revoke_key(bench: Bench, caller: Caller, key_id: UUID) -> KeyOut:
    """End anybody's key; for administrators while signed in."""
    caller.require(Permission.MANAGE_USERS)
    return KeyOut.of(bench.accounts.revoke_key(caller, key_id))


@router.post("/keys/{key_id}/restore", responses=also(409))
def restore_key(bench: Bench, caller: Caller, key_id: UUID) -> KeyOut:
    """Take back that it was revoked, within ten minutes; for administrators while signed in."""
    caller.require(Permission.MANAGE_USERS)
    return KeyOut.of(bench.accounts.restore_key(caller, key_id))
