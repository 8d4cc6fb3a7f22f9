"""The one parser of detection prompts: free text in, phrases out; or one sentence, as it is."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from core.errors import Invalid

MAX_PHRASE_CHARS = 100
MAX_CAPTION_CHARS = 1000

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
    return _phrases(_SEPARATOR.split(_FULL_STOP.sub("\n", _visible(text))), max_phrases)


def listed(texts: Sequence[str], max_phrases: int) -> tuple[str, ...]:
    """Phrases that come as a list, each once: whatever stands in one does not split it.

    Raises `Invalid` as `parse`.
    """
    if len(texts) > max_phrases:
        raise _too_many(len(texts), max_phrases)
    for text in texts:
        _refuse_controls(text)
    return _phrases(map(_visible, texts), max_phrases)


def caption(text: str) -> str:
    """One sentence, exactly as typed: answers name the places of words in it.

    Raises
    ------
    Invalid : blank, too long, or characters that are no text.
    """
    if len(text) > MAX_CAPTION_CHARS:
        raise Invalid(
            f"The caption has {len(text)} characters; at most {MAX_CAPTION_CHARS} are allowed. "
            "Shorten it.",
            facts={"characters": len(text), "max_characters": MAX_CAPTION_CHARS},
        )
    _refuse_controls(text)
    if not _says_something(text):
        raise Invalid("No caption was given; write one, for example “a red circle on a wall”.")
    return text


def _visible(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) != "Cf" or c in _JOINERS)


def _phrases(parts: Iterable[str], max_phrases: int) -> tuple[str, ...]:
    phrases: dict[str, str] = {}
    for part in parts:
        phrase = " ".join(part.split())
        if phrase:
            _check(phrase)
            phrases.setdefault(phrase.casefold(), phrase)
    if not phrases:
        raise Invalid(f"No phrase was given; {_EXAMPLE}.")
    if len(phrases) > max_phrases:
        raise _too_many(len(phrases), max_phrases)
    return tuple(phrases.values())


def _too_many(phrases: int, max_phrases: int) -> Invalid:
    return Invalid(
        f"{phrases} phrases were given; at most {max_phrases} are allowed at once. "
        "Remove some, or run them in parts.",
        facts={"phrases": phrases, "max_phrases": max_phrases},
    )


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
    if not _says_something(phrase):
        raise Invalid(f"The phrase “{phrase}” has no letter or digit; {_EXAMPLE}.")


def _says_something(text: str) -> bool:
    return any(unicodedata.category(char)[0] in "LNS" for char in text)
