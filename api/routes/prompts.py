"""The library of prompts: templates with variables, in versions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.deps import SECURED, Bench, Caller
from api.openapi.refusals import also
from api.prompt_answers import PromptOut, PromptsOut
from api.prompt_schemas import PromptChangeIn, PromptIn, PromptTextIn

router = APIRouter(prefix="/api/v1/prompts", tags=["prompts"], dependencies=SECURED)


@router.get("")
def prompts(
    bench: Bench,
    caller: Caller,
    archived: Annotated[bool, Query(description="what you put away instead")] = False,
) -> PromptsOut:
    """Your own prompts, what others share, and what comes with the product."""
    found = bench.prompts.archived(caller) if archived else bench.prompts.visible(caller)
    return PromptsOut(prompts=[PromptOut.model_validate(each) for each in found])


@router.get("/{prompt_id}")
def prompt(bench: Bench, caller: Caller, prompt_id: UUID) -> PromptOut:
    """A prompt with all its versions."""
    return PromptOut.model_validate(bench.prompts.get(caller, prompt_id))


@router.post("", status_code=201, responses=also(409))
def create(bench: Bench, caller: Caller, asked: PromptIn) -> PromptOut:
    """Make a prompt of your own, with a first version."""
    made = bench.prompts.create(caller, **asked.model_dump())
    return PromptOut.model_validate(made)


@router.post("/{prompt_id}/versions", responses=also(409))
def revise(bench: Bench, caller: Caller, prompt_id: UUID, asked: PromptTextIn) -> PromptOut:
    """Add a version to a prompt of your own. The text it has already adds none."""
    return PromptOut.model_validate(bench.prompts.revise(caller, prompt_id, asked.text))


@router.patch("/{prompt_id}", responses=also(409))
def change(bench: Bench, caller: Caller, prompt_id: UUID, asked: PromptChangeIn) -> PromptOut:
    """Change a prompt of your own in all but its text.

    An admin may archive and restore what others share, and nothing else of it.
    """
    changed = bench.prompts.change(caller, prompt_id, **asked.model_dump())
    return PromptOut.model_validate(changed)
