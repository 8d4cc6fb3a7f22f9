"""The library of prompts: found, written with their variables, made, revised, put away."""

from collections.abc import Mapping
from uuid import UUID

from core.audit.recording import record
from core.audit.types import Action, Target
from core.errors import NotFound
from core.permissions import Actor, Permission
from core.prompts import reading, writing
from core.prompts.checks import checked_description, checked_name, checked_text
from core.prompts.rendering import filled
from core.prompts.shipped import REPORT, shipped
from core.prompts.types import Prompt
from db.repositories.prompts import PromptRepository
from db.session import Database

FINDINGS = "findings"
"""The variable that stands for what was found in a picture."""


class PromptService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def ensure_shipped(self) -> None:
        """Bring the shipped prompts to what their file says; one process at a time."""
        with self._database.unit_of_work() as session:
            repository = PromptRepository(session)
            repository.lock(None)
            for wanted in shipped():
                writing.ensure_shipped(repository, wanted)

    def visible(self, actor: Actor, *, counted: bool = True) -> tuple[Prompt, ...]:
        """The actor's own and the shared, each by name; then the shipped, as in their file.

        Without `counted`, uses and ratings are left out: counting costs 1 ms a thousand runs.
        """
        actor.require(Permission.GENERATE)
        with self._database.unit_of_work() as session:
            repository = PromptRepository(session)
            found = repository.usable(actor.user_id)
            return reading.prompts(repository, actor, found, counted=counted)

    def archived(self, actor: Actor) -> tuple[Prompt, ...]:
        """What was put away and the actor may restore."""
        actor.require(Permission.EDIT_PROMPTS)
        others = actor.may(Permission.MANAGE_PROMPTS)
        with self._database.unit_of_work() as session:
            repository = PromptRepository(session)
            found = repository.archived(actor.user_id, others=others)
            return reading.prompts(repository, actor, found)

    def describing(self, actor: Actor) -> tuple[Prompt, ...]:
        """Those that are written from findings, “Report from detections” first; not counted."""
        usable = self.visible(actor, counted=False)
        found = [each for each in usable if FINDINGS in each.newest.variables]
        return tuple(sorted(found, key=lambda each: (each.owner, each.name) != (None, REPORT)))

    def get(self, actor: Actor, prompt_id: UUID) -> Prompt:
        """Raises `NotFound`, also for another's that is not shared."""
        actor.require(Permission.GENERATE)
        with self._database.unit_of_work() as session:
            return reading.prompt(PromptRepository(session), actor, prompt_id)

    def written(self, actor: Actor, version_id: UUID, variables: Mapping[str, str]) -> str:
        """The text of a version with its variables put in.

        Raises
        ------
        NotFound : no such version, or its prompt is not the actor's to see.
        Invalid : a variable is missing or blank, or the text has none of that name.
        """
        actor.require(Permission.GENERATE)
        with self._database.unit_of_work() as session:
            found = PromptRepository(session).of_version(version_id)
        if found is None or not reading.sees(actor, found[0]):
            raise NotFound(
                "There is no such version of a prompt; check its id.",
                facts={"prompt_version": str(version_id)},
            )
        return filled(found[1].text, variables)

    def create(
        self, actor: Actor, name: str, text: str, description: str = "", shared: bool = False
    ) -> Prompt:
        """Raises `Invalid`, and `Conflict` where the actor has a prompt of that name."""
        actor.require(Permission.EDIT_PROMPTS)
        name, text = checked_name(name), checked_text(text)
        description = checked_description(description)
        with self._database.unit_of_work() as session:
            repository = PromptRepository(session)
            writing.claim_name(repository, actor.user_id, name)
            prompt_id = writing.add_prompt(
                repository, actor.user_id, text, name=name, description=description, shared=shared
            )
            return reading.prompt(repository, actor, prompt_id)

    def revise(self, actor: Actor, prompt_id: UUID, text: str) -> Prompt:
        """Make a new version; the text of the newest makes none.

        Raises
        ------
        Invalid : the text cannot be kept, or its variables cannot be read.
        NotAllowed, NotFound : the prompt is not the actor's own; not even to see.
        """
        actor.require(Permission.EDIT_PROMPTS)
        text = checked_text(text)
        with self._database.unit_of_work() as session:
            repository = PromptRepository(session)
            repository.hold(prompt_id)
            reading.require_own(actor, reading.seen(repository, actor, prompt_id))
            writing.revise(repository, prompt_id, text, actor.user_id)
            return reading.prompt(repository, actor, prompt_id)

    def change(
        self,
        actor: Actor,
        prompt_id: UUID,
        *,
        name: str | None = None,
        description: str | None = None,
        shared: bool | None = None,
        archived: bool | None = None,
    ) -> Prompt:
        """Change what is not text; None leaves a thing as it is.

        Archiving puts a prompt out of sight, and `archived` False brings it back: the one thing
        that may be done to what others share, by those who manage prompts.

        Raises
        ------
        Invalid : a value is outside its limits.
        Conflict : the owner has another prompt of that name.
        NotAllowed, NotFound : the prompt is not the actor's own; not even to see.
        """
        actor.require(Permission.EDIT_PROMPTS)
        given = {
            "name": None if name is None else checked_name(name),
            "description": None if description is None else checked_description(description),
            "shared": shared,
        }
        values = {column: value for column, value in given.items() if value is not None}
        with self._database.unit_of_work() as session:
            repository = PromptRepository(session)
            repository.hold(prompt_id)
            found = reading.seen(repository, actor, prompt_id)
            if values or found.owner is None or not actor.may(Permission.MANAGE_PROMPTS):
                reading.require_own(actor, found)
            was = found.prompt.archived_at is not None
            if archived not in (None, was) and found.prompt.shared:
                done = Action.PROMPT_ARCHIVED if archived else Action.PROMPT_RESTORED
                record(session, actor, done, (Target.PROMPT, prompt_id))
            writing.change(repository, found.prompt, values, archived)
            return reading.prompt(repository, actor, prompt_id)
