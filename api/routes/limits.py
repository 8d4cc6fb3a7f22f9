"""How much may be used: one's own, and for administrators everybody's."""

from uuid import UUID

from fastapi import APIRouter

from api.deps import SECURED, Bench, Caller
from api.limit_answers import LimitsOut, OwnLimitsOut, PersonLimitsOut
from api.limit_schemas import QuotaIn
from core.permissions import Role
from core.runs.types import Task

router = APIRouter(prefix="/api/v1", tags=["limits"], dependencies=SECURED)


@router.get("/me/limits")
def own_limits(bench: Bench, caller: Caller) -> OwnLimitsOut:
    """What you may use of each task, and what you used of it, through pages and all your keys.

    Where a limit is reached, calls are answered with 429; `Retry-After` says in how many seconds
    it works again.
    """
    return OwnLimitsOut.of(bench.limits.own(caller))


@router.get("/limits")
def limits(bench: Bench, caller: Caller) -> LimitsOut:
    """What holds for each role, and for the people who have limits of their own; for admins."""
    return LimitsOut.of(bench.limits.roles(caller), bench.limits.people(caller))


@router.put("/limits/roles/{role}/{task}", status_code=204)
def set_role_limit(bench: Bench, caller: Caller, role: Role, task: Task, asked: QuotaIn) -> None:
    """Set what a role may use, from the next request on."""
    bench.limits.change(caller, role, task, asked.quota)


@router.delete("/limits/roles/{role}/{task}", status_code=204)
def remove_role_limit(bench: Bench, caller: Caller, role: Role, task: Task) -> None:
    """Go back to the role's default."""
    bench.limits.change(caller, role, task, None)


@router.get("/limits/users/{user_id}")
def user_limits(bench: Bench, caller: Caller, user_id: UUID) -> PersonLimitsOut:
    """What somebody may use, and what they used of it."""
    return PersonLimitsOut.of_person(bench.limits.of_user(caller, user_id))


@router.put("/limits/users/{user_id}/{task}", status_code=204)
def set_user_limit(bench: Bench, caller: Caller, user_id: UUID, task: Task, asked: QuotaIn) -> None:
    """Set what somebody may use, as a whole in the place of what their role may."""
    bench.limits.change(caller, user_id, task, asked.quota)


@router.delete("/limits/users/{user_id}/{task}", status_code=204)
def remove_user_limit(bench: Bench, caller: Caller, user_id: UUID, task: Task) -> None:
    """Go back to what the role may use."""
    bench.limits.change(caller, user_id, task, None)
