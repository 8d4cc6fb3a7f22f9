"""Rows of prompts and versions: made and changed within somebody's transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.clock import now
from core.errors import Conflict
from core.ids import new_id
from core.prompts.shipped import ShippedPrompt
from db.repositories.prompts import Prompt, PromptRepository


def claim_name(
    repository: PromptRepository, owner_id: UUID | None, name: str, own_id: UUID | None = None
) -> None:
    """Raise `Conflict` if another prompt of the owner has the name; until commit nobody takes it.

    Parameters
    ----------
    own_id : the prompt that may have the name already.
    """
    repository.lock(owner_id)
    there = repository.named(owner_id, name)
    if there is not None and there.id != own_id:
        raise Conflict(
            f"There is already a prompt “{there.name}”; choose another name, or revise that one.",
            facts={"prompt_id": str(there.id)},
        )


def add_prompt(
    repository: PromptRepository, owner_id: UUID | None, text: str, **columns: Any
) -> UUID:
    """A prompt with its first version; returns its id."""
    prompt_id = new_id()
    repository.add(id=prompt_id, owner_id=owner_id, created_at=now(), **columns)
    add_version(repository, prompt_id, 1, text, owner_id)
    return prompt_id


def add_version(
    repository: PromptRepository, prompt_id: UUID, number: int, text: str, author_id: UUID | None
) -> None:
    repository.add_version(
        id=new_id(),
        prompt_id=prompt_id,
        number=number,
        text=text,
        author_id=author_id,
        created_at=now(),
    )


def revise(
    repository: PromptRepository, prompt_id: UUID, text: str, author_id: UUID | None
) -> None:
    """Add the text as the newest version, unless it is that of the newest already.

    The caller holds the prompt, so that no two versions get the same number.
    """
    newest = repository.newest(prompt_id)
    if newest.text != text:
        add_version(repository, prompt_id, newest.number + 1, text, author_id)


def change(
    repository: PromptRepository, row: Prompt, values: Mapping[str, Any], archived: bool | None
) -> None:
    """Give columns of a prompt, which the caller holds, these values; put it away or bring it back.

    Raises
    ------
    Conflict : in sight, it would have the name of another prompt of its owner.
    """
    was_archived = row.archived_at is not None
    archived = was_archived if archived is None else archived
    if not archived:
        claim_name(repository, row.owner_id, values.get("name", row.name), row.id)
    for column, value in values.items():
        setattr(row, column, value)
    if archived != was_archived:
        row.archived_at = now() if archived else None


def ensure_shipped(repository: PromptRepository, wanted: ShippedPrompt) -> None:
    """Make or revise one shipped prompt; the caller holds the lock of those without owner."""
    there = repository.named(None, wanted.name)
    if there is None:
        add_prompt(repository, None, wanted.text, name=wanted.name, description=wanted.description)
        return
    there.description = wanted.description
    revise(repository, there.id, wanted.text, None)
