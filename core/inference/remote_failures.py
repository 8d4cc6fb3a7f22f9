"""What can go wrong with a model on another server, in words people can act on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import ceil

from core.clock import now
from core.errors import Invalid, LimitReached
from core.masking import MASK

_SOON_S, _LATER_S = 10, 60
_LONGEST_WAIT_S = 3600
_MOST_SAID = 200
_REFUSED = frozenset({400, 413, 415, 422})
_AWAY = frozenset({502, 503, 504})
_NOT_HERE = frozenset({404, 405, 410})
_KEY_REFUSED = frozenset({401, 403})


class Failure(Exception):
    """The server gave no usable answer.

    Parameters
    ----------
    reason : what happened and what to do.
    retry_after : seconds after which it is worth another call.
    certain : the next call would fail as this one did, whatever it asks.
    """

    def __init__(self, reason: str, retry_after: int, *, certain: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.certain = certain


@dataclass(frozen=True)
class Server:
    """Who is asked; `name` is host and port, `key_variable` what holds the key.

    What the server says is shown to everybody, so never the key in it.
    """

    model: str
    name: str
    path: str
    key_variable: str | None
    limit_s: int
    key: str | None = field(default=None, repr=False)

    def away(self) -> Failure:
        return Failure(
            f"Its server {self.name} cannot be reached; check that it runs, and that its address "
            "in models.toml is right.",
            _SOON_S,
        )

    def slow(self) -> Failure:
        return Failure(
            f"Its server {self.name} did not answer within {self.limit_s} seconds; try again "
            "later or with a smaller picture, or raise GLIMPSE_REMOTE_TIMEOUT_S.",
            _SOON_S,
            certain=False,
        )

    def broke_off(self) -> Failure:
        return Failure(
            f"Its server {self.name} broke the connection off; try again, and look at its log if "
            "it happens twice.",
            _SOON_S,
            certain=False,
        )

    def unreadable(self, why: str) -> Failure:
        return Failure(
            f"Its server {self.name} did not answer in the Hugging Face format for zero-shot "
            f"detection ({self._line(why)}); check that the address is that of such an engine.",
            _LATER_S,
        )

    def judge(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        """Pass what succeeded.

        Raises
        ------
        Failure : the server, its address or its key is at fault.
        Invalid : it refused what was asked.
        LimitReached : it was asked too often.
        """
        if 200 <= status < 300:
            return
        said = self._line(_said(content)).rstrip(".")
        quoted = f" It says: “{said}”." if said else ""
        wait = _wait(headers.get("retry-after", "")) or _SOON_S
        if status == 429:
            raise LimitReached(
                f"The server {self.name} of the model “{self.model}” takes no more requests now; "
                f"try again in {wait} s.",
                facts={"model": self.model},
                retry_after=wait,
            )
        if status in _REFUSED:
            raise Invalid(
                f"The server {self.name} of the model “{self.model}” refused the request "
                f"(HTTP {status}); change the picture or the phrases.{quoted}",
                facts={"model": self.model, "status": status},
            )
        if 300 <= status < 400:
            raise self._moved(headers.get("location", ""))
        if status in _KEY_REFUSED:
            raise Failure(self._key_refused(status) + quoted, _LATER_S)
        if status in _NOT_HERE:
            told = f"takes no such call at {self.path} (HTTP {status}); check its address in"
            raise Failure(f"Its server {self.name} {told} models.toml.{quoted}", _LATER_S)
        told = "is away" if status in _AWAY else "failed"
        raise Failure(
            f"Its server {self.name} {told} (HTTP {status}); try again later, and look at its log "
            f"if it stays so.{quoted}",
            wait,
            certain=status in _AWAY,
        )

    def _moved(self, location: str) -> Failure:
        target = self._line(location.partition("?")[0]) or "elsewhere"
        return Failure(
            f"Its server {self.name} sends on to {target}; name the final address in models.toml.",
            _LATER_S,
        )

    def _key_refused(self, status: int) -> str:
        if self.key_variable is None:
            return (
                f"Its server {self.name} asks for a key (HTTP {status}); name the environment "
                "variable that holds one with api_key_env in models.toml."
            )
        return (
            f"Its server {self.name} refused the key (HTTP {status}); put a valid one into "
            f"{self.key_variable} and start again."
        )

    def _line(self, text: str) -> str:
        """Foreign text as one short line."""
        printable = "".join(char if char.isprintable() else " " for char in text)
        shown = printable.replace(self.key, MASK) if self.key else printable
        return " ".join(shown.split())[:_MOST_SAID]


def _said(content: bytes) -> str:
    """The words of an error in one of the common forms; empty where there are none."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    told = body.get("error") or body.get("detail") if isinstance(body, dict) else None
    if isinstance(told, list) and told:
        told = told[0]
    if isinstance(told, dict):
        told = told.get("message") or told.get("msg")
    return told if isinstance(told, str) else ""


def _wait(header: str) -> int | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110)."""
    if header.isascii() and header.isdecimal():
        seconds = int(header[:9])
    else:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return None
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = ceil((date - now()).total_seconds())
    return min(max(seconds, 1), _LONGEST_WAIT_S)
