"""The one parser of detection prompts: free text in, phrases out."""

import re
import unicodedata

from core.errors import Invalid

MAX_PHRASE_CHARS = 100

_SEPARATOR = re.compile(r"[,;\n\r\u2028\u2029\u3002\uff0c\u3001\uff1b\uff0e\uff61]")
_FULL_STOP = re.compile(r"(?<!\d)\.|\.(?!\d)")
_ALLOWED_CONTROLS = "\n\r\t"
_JOINERS = "\u200c\u200d"
_EXAMPLE = "type what to find, for example “red circle. blue star”"


def parse(text: str, max_phrases: int) -> tuple[str, ...]:
    """Split `text` into the phrases meant, as typed, each once.

    Full stops, commas, semicolons, their CJK forms and line ends separate phrases; a full stop
    between digits does not. Case is kept, but does not make two phrases different.

    Raises
    ------
    Invalid : blank, too long, too many phrases, or characters that are no text.
    """
    longest = max_phrases * (MAX_PHRASE_CHARS + 2)
    if len(text) > longest:
        raise Invalid(
            f"The text has {len(text)} characters; at most {longest} are allowed. Shorten it.",
            facts={"characters": len(text), "max_characters": longest},
        )
    _refuse_controls(text)
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf" or c in _JOINERS)
    parts = _SEPARATOR.split(_FULL_STOP.sub("\n", visible))
    phrases: dict[str, str] = {}
    for part in parts:
        phrase = " ".join(part.split())
        if phrase:
            _check(phrase)
            phrases.setdefault(phrase.casefold(), phrase)
    if not phrases:
        raise Invalid(f"No phrase was given; {_EXAMPLE}.")
    if len(phrases) > max_phrases:
        raise Invalid(
            f"{len(phrases)} phrases were given; at most {max_phrases} are allowed at once. "
            "Remove some, or run them in parts.",
            facts={"phrases": len(phrases), "max_phrases": max_phrases},
        )
    return tuple(phrases.values())


def _refuse_controls(text: str) -> None:
    for position, char in enumerate(text):
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in _ALLOWED_CONTROLS:
            raise Invalid(
                f"Character {position + 1} of the text is a control character "
                f"(U+{ord(char):04X}); remove it.",
                facts={"position": position, "character": f"U+{ord(char):04X}"},
            )


def _check(phrase: str) -> None:
    if len(phrase) > MAX_PHRASE_CHARS:
        raise Invalid(
            f"The phrase “{phrase[:30]}…” has {len(phrase)} characters; at most "
            f"{MAX_PHRASE_CHARS} are allowed. Shorten it, or part phrases with full stops.",
            facts={"characters": len(phrase), "max_characters": MAX_PHRASE_CHARS},
        )
    if not any(unicodedata.category(char)[0] in "LNS" for char in phrase):
        raise Invalid(f"The phrase “{phrase}” has no letter or digit; {_EXAMPLE}.")
