"""A model that writes what a test says, so that it can be made to say what is false."""

from collections.abc import Callable

from core.generation.types import FinishReason, TokenEvent
from core.inference.types import (
    EngineEnd,
    EngineStats,
    ModelInfo,
    ModelState,
    TextAbilities,
    TextRequest,
)
from core.runs.types import Task


class ScriptedWriter:
    """The one model on offer, and its engine; writes `text` a character a token, at once."""

    abilities = TextAbilities()

    def __init__(
        self, text: str = "", ends: FinishReason = FinishReason.STOP, *, chat: bool = False
    ) -> None:
        self.text = text
        self.ends = ends
        self.chat = chat
        self.asked: list[TextRequest] = []

    def generator(self, model_id: str | None = None) -> tuple[ModelInfo, "ScriptedWriter"]:
        info = ModelInfo(
            id=model_id or "scripted",
            task=Task.GENERATION,
            source="scripted",
            revision="r1",
            device="cpu",
            state=ModelState.READY,
            reason=None,
            parameters=None,
            box_threshold=0,
            text_threshold=0,
            bundled=False,
            chat_template=self.chat,
        )
        return info, self

    def submit(
        self,
        request: TextRequest,
        *,
        on_token: Callable[[TokenEvent], None],
        on_end: Callable[[EngineEnd], None],
        on_start: Callable[[], None] | None = None,
    ) -> "ScriptedWriter":
        self.asked.append(request)
        if on_start is not None:
            on_start()
        for index, character in enumerate(self.text):
            on_token(TokenEvent(request.output, index, character, ord(character), -0.5))
        on_end(EngineEnd(self.ends, 7, len(self.text), self.text))
        return self

    def cancel(self) -> None:
        """It has ended already."""

    def position(self) -> int:
        return 0

    def stats(self) -> EngineStats:
        return EngineStats(0, 0, 1)
