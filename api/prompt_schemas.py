"""What may be sent about prompts of the library."""

from pydantic import Field

from api.schemas import Request, Text


class PromptIn(Request):
    name: Text
    text: Text = Field(description="with variables as in “Summarise: {{text}}”")
    description: Text = ""
    shared: bool = Field(False, description="whether everybody may use it")


class PromptTextIn(Request):
    text: Text


class PromptChangeIn(Request):
    """What is left out stays as it is."""

    name: Text | None = None
    description: Text | None = None
    shared: bool | None = None
    archived: bool | None = Field(None, description="true puts it out of sight, false restores it")
