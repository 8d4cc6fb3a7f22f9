"""The one error base. Errors carry facts a person can act on; each face translates them once."""

from collections.abc import Mapping


class GlimpseError(Exception):
    """Something a user or program did, or a part that is away; never a bug.

    Parameters
    ----------
    message : what happened and what to do, in plain words, fit to be shown.
    facts : values named in the message (limits, allowed values), for programs.
    retry_after : seconds after which the same call may succeed.
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        facts: Mapping[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.facts = dict(facts or {})
        self.retry_after = retry_after


class Malformed(GlimpseError):
    """The request cannot be read at all."""

    code = "malformed"


class Invalid(GlimpseError):
    """The request can be read, but a value is outside what is allowed."""

    code = "invalid"


class NotSignedIn(GlimpseError):
    """No valid session or API key."""

    code = "not_signed_in"


class NotAllowed(GlimpseError):
    """The role, or the scope of the key, does not allow this."""

    code = "not_allowed"


class NotFound(GlimpseError):
    """Unknown, or not the caller's own: the two are never told apart."""

    code = "not_found"


class Removed(NotFound):
    """It was there and the caller's to see, and its content was removed for good."""

    code = "removed"


class Conflict(GlimpseError):
    """The thing has changed, or a key was used for something else."""

    code = "conflict"


class TooLarge(GlimpseError):
    """Over a size limit."""

    code = "too_large"


class NotAnImage(GlimpseError):
    """Not a picture in one of the accepted formats, or a damaged one."""

    code = "not_an_image"


class LimitReached(GlimpseError):
    """Too many requests, streams or attempts; `retry_after` says when to come back."""

    code = "limit_reached"


class Unavailable(GlimpseError):
    """A model or the database is away."""

    code = "unavailable"


class ConfigurationError(GlimpseError):
    """A setting is missing or unsafe; the message names its key."""

    code = "configuration"
