"""From rows to prompts, and who sees which."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from core.errors import NotAllowed, NotFound
from core.permissions import Actor, Permission
from core.prompts.rendering import variables_of
from core.prompts.types import Prompt, PromptVersion
from db.repositories.prompts import Figures, FoundPrompt, PromptRepository
from db.repositories.prompts import PromptVersion as VersionRow


def prompts(
    repository: PromptRepository,
    actor: Actor,
    found: Sequence[FoundPrompt],
    *,
    counted: bool = True,
) -> tuple[Prompt, ...]:
    """With all their versions: the actor's own first, then the shared, then the shipped."""
    ids = [each.prompt.id for each in found]
    figures = repository.figures(ids) if counted else {}
    versions: dict[UUID, list[PromptVersion]] = defaultdict(list)
    for row, author in repository.versions(ids):
        versions[row.prompt_id].append(_version(row, author, figures.get(row.id)))
    made = [_prompt(actor, each, versions[each.prompt.id]) for each in found]
    return tuple(sorted(made, key=lambda each: (not each.own, each.owner is None)))


def prompt(repository: PromptRepository, actor: Actor, prompt_id: UUID) -> Prompt:
    """Raises `NotFound` where there is none for this actor."""
    return prompts(repository, actor, [seen(repository, actor, prompt_id)])[0]


def seen(repository: PromptRepository, actor: Actor, prompt_id: UUID) -> FoundPrompt:
    """Raises `NotFound` where there is none for this actor."""
    found = repository.get(prompt_id)
    if found is None or not sees(actor, found):
        raise NotFound(
            "There is no such prompt; check its id.", facts={"prompt_id": str(prompt_id)}
        )
    return found


def sees(actor: Actor, found: FoundPrompt) -> bool:
    """One's own always, others' while they are shared; put away, only who may restore them."""
    row = found.prompt
    if row.owner_id == actor.user_id:
        return True
    if row.archived_at is None:
        return row.shared or row.owner_id is None
    return row.shared and actor.may(Permission.MANAGE_PROMPTS)


def require_own(actor: Actor, found: FoundPrompt) -> None:
    if found.prompt.owner_id != actor.user_id:
        whose = f"is {found.owner}'s" if found.owner else "comes with the product"
        raise NotAllowed(
            f"“{found.prompt.name}” {whose}; make a prompt of your own from its text.",
            facts={"prompt_id": str(found.prompt.id)},
        )


def _prompt(actor: Actor, found: FoundPrompt, versions: Sequence[PromptVersion]) -> Prompt:
    row = found.prompt
    return Prompt(
        id=row.id,
        name=row.name,
        description=row.description,
        owner=found.owner,
        own=row.owner_id == actor.user_id,
        shared=row.shared,
        archived=row.archived_at is not None,
        versions=tuple(versions),
    )


def _version(row: VersionRow, author: str | None, figures: Figures | None) -> PromptVersion:
    return PromptVersion(
        id=row.id,
        number=row.number,
        text=row.text,
        variables=variables_of(row.text),
        author=author,
        created_at=row.created_at,
        uses=figures and figures.uses,
        rating=figures and figures.rating,
        ratings=figures and figures.ratings,
    )
