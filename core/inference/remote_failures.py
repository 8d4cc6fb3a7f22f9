"""What can go wrong with a model on another server, in words people can act on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.errors import Invalid, LimitReached, Unavailable
from core.inference.remote_words import told_in, wait_of, words_of
from core.masking import MASK

_SOON_S, _LATER_S = 10, 60
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
class Manner:
    """How a kind of model is asked, in the words its errors need.

    `change` is what may be at fault in a refused request, `lighter` how to ask for less, `limit`
    the setting with the seconds an answer may take. `instead` is what to do where a server may
    well lack this one call: then the request is at fault for asking.
    """

    format: str
    change: str
    lighter: str
    limit: str
    instead: str | None = None


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
    manner: Manner
    key: str | None = field(default=None, repr=False)

    def unavailable(self, reason: str, retry_after: int | None) -> Unavailable:
        return Unavailable(
            f"The model “{self.model}” is unavailable: {reason}",
            facts={"model": self.model, "reason": reason},
            retry_after=retry_after,
        )

    def away(self) -> Failure:
        return Failure(
            f"Its server {self.name} cannot be reached; check that it runs, and that its address "
            "in models.toml is right.",
            _SOON_S,
        )

    def slow(self) -> Failure:
        return Failure(
            f"Its server {self.name} did not answer within {self.limit_s} seconds; try again "
            f"later or {self.manner.lighter}, or raise {self.manner.limit}.",
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
            f"Its server {self.name} did not answer in {self.manner.format} ({self._line(why)}); "
            "check that the address is that of such an engine.",
            _LATER_S,
        )

    def unfinished(self, word: str | None) -> Failure:
        """The text ended, but not as a text ends: the server says why by `word`, or not at all."""
        why = f"for “{self._line(word)}”" if word else "without saying why"
        return Failure(
            f"Its server {self.name} ended the text {why}; try again, and look at its log if it "
            "happens twice.",
            _SOON_S,
            certain=False,
        )

    def gave_up(self, told: object) -> Failure:
        """It told of an error in the middle of an answer: `told`, in one of the common forms."""
        return Failure(
            f"Its server {self.name} ended with an error; try again, and look at its log if it "
            f"happens twice.{self._quoted(told)}",
            _SOON_S,
            certain=False,
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
        quoted = self._quoted(told_in(content))
        wait = wait_of(headers.get("retry-after", "")) or _SOON_S
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
                f"(HTTP {status}); change {self.manner.change}.{quoted}",
                facts={"model": self.model, "status": status},
            )
        if 300 <= status < 400:
            raise self._moved(headers.get("location", ""))
        if status in _KEY_REFUSED:
            raise Failure(self._key_refused(status) + quoted, _LATER_S)
        if status in _NOT_HERE:
            raise self._not_here(status, quoted)
        told = "is away" if status in _AWAY else "failed"
        raise Failure(
            f"Its server {self.name} {told} (HTTP {status}); try again later, and look at its log "
            f"if it stays so.{quoted}",
            wait,
            certain=status in _AWAY,
        )

    def _not_here(self, status: int, quoted: str) -> Failure | Invalid:
        told = f"takes no such call at {self.path} (HTTP {status})"
        if self.manner.instead is None:
            told = f"Its server {self.name} {told}; check its address in models.toml.{quoted}"
            return Failure(told, _LATER_S)
        return Invalid(
            f"The server {self.name} of the model “{self.model}” {told}; {self.manner.instead}."
            f"{quoted}",
            facts={"model": self.model, "status": status},
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

    def _quoted(self, told: object) -> str:
        said = self._line(words_of(told)).rstrip(".")
        return f" It says: “{said}”." if said else ""

    def _line(self, text: str) -> str:
        """Foreign text as one short line."""
        printable = "".join(char if char.isprintable() else " " for char in text)
        shown = printable.replace(self.key, MASK) if self.key else printable
        return " ".join(shown.split())[:_MOST_SAID]
