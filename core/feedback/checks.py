"""What a rating may hold, checked before the database sees it."""

import re
from collections.abc import Iterable

from core.errors import Invalid

MAX_TAGS = 10
MAX_TAG_CHARS = 40
MAX_COMMENT_CHARS = 4000
MAX_KEY_CHARS = 200

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters but tab and line ends, and halves of surrogate pairs: not storable text."""


def checked_rating(rating: int) -> int:
    if isinstance(rating, bool) or not isinstance(rating, int) or not 1 <= rating <= 5:
        raise Invalid(
            f"The rating is {rating!r}; give a whole number from 1 to 5.",
            facts={"field": "rating", "allowed": [1, 2, 3, 4, 5]},
        )
    return rating


def checked_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """The tags trimmed, each once, in the order given."""
    kept = tuple(dict.fromkeys(filter(None, (tag.strip() for tag in tags))))
    if len(kept) > MAX_TAGS:
        raise Invalid(
            f"{len(kept)} tags were given; keep at most {MAX_TAGS}.",
            facts={"field": "tags", "max_tags": MAX_TAGS},
        )
    for tag in kept:
        if len(tag) > MAX_TAG_CHARS:
            raise Invalid(
                f"The tag “{tag[:MAX_TAG_CHARS]}…” has {len(tag)} characters; "
                f"shorten it to at most {MAX_TAG_CHARS}.",
                facts={"field": "tags", "max_tag_chars": MAX_TAG_CHARS},
            )
        checked_characters("tags", tag, breaks=False)
    return kept


def checked_comment(comment: str) -> str:
    """The comment exactly as written."""
    if len(comment) > MAX_COMMENT_CHARS:
        raise Invalid(
            f"The comment has {len(comment)} characters; "
            f"shorten it to at most {MAX_COMMENT_CHARS}.",
            facts={"field": "comment", "max_chars": MAX_COMMENT_CHARS},
        )
    return checked_characters("comment", comment)


def checked_key(key: str | None) -> str | None:
    """The idempotency key; None where none was given."""
    if key is None:
        return None
    if not 1 <= len(key) <= MAX_KEY_CHARS:
        raise Invalid(
            f"The idempotency key has {len(key)} characters; use 1 to {MAX_KEY_CHARS}.",
            facts={"field": "Idempotency-Key", "max_chars": MAX_KEY_CHARS},
        )
    return checked_characters("Idempotency-Key", key, breaks=False)


def checked_characters(field: str, value: str, *, breaks: bool = True) -> str:
    """`value`, refused where it holds what no text holds (and, without `breaks`, a line end)."""
    if _UNPRINTABLE.search(value) or (not breaks and re.search(r"[\t\r\n]", value)):
        raise Invalid(
            f"“{field}” holds control characters; remove them.",
            facts={"field": field},
        )
    return value
