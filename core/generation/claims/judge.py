"""What the judges of one sentence share."""

from dataclasses import dataclass

from core.generation.claims import words as w
from core.generation.claims.context import Context
from core.generation.claims.found import Found, Group
from core.generation.claims.phrases import Phrase
from core.generation.claims.reading import Sentence
from core.generation.claims.types import Claim, ClaimKind


@dataclass(frozen=True)
class Judge:
    """One sentence and what is known of the rest.

    `before` is what the sentence before was about last; `another` are labels of which the text
    tells in parts ("a cat and another cat").
    """

    context: Context
    found: Found
    before: tuple[Group, ...]
    another: frozenset[str]

    @property
    def s(self) -> Sentence:
        return self.context.s

    @property
    def phrases(self) -> list[Phrase]:
        return self.context.phrases

    def claim(
        self, start: int, end: int, kind: ClaimKind, value: str, supported: bool, reason: str
    ) -> Claim:
        return Claim(self.s.span(start, max(end, start + 1)), kind, value, supported, reason)

    def name(self, p: Phrase) -> str:
        return " ".join(self.s.word(i) for i in range(p.noun, p.end))

    def is_filtered(self, p: Phrase) -> bool:
        """As in "two cats score above 0.8"."""
        near = (i for i in range(p.end, p.end + 6) if self.s.word(i + 1)[:1].isdigit())
        return any(self.s.word(i) in w.ABOVE | w.BELOW | {"than", "least"} for i in near)
