"""Prompts of the library as they are answered."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.answers import Answer


class PromptVersionOut(Answer):
    """One text of a prompt; it never changes. Its `id` is the `prompt_version` to generate from."""

    id: UUID
    number: int
    text: str
    variables: list[str] = Field(description="in the order of their first use")
    author: str | None
    created_at: datetime
    uses: int = Field(description="runs made from this version")
    rating: float | None = Field(description="the mean, 1 to 5, of what these runs were rated")
    ratings: int = Field(description="of how many ratings it is the mean")


class PromptOut(Answer):
    id: UUID
    name: str
    description: str
    owner: str | None = Field(description="null for what comes with the product")
    own: bool
    shared: bool
    archived: bool
    versions: list[PromptVersionOut] = Field(description="newest first")


class PromptsOut(Answer):
    prompts: list[PromptOut]
