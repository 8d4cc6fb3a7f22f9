"""What an ID token says of somebody, read against the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.config import Settings
from core.errors import NotSignedIn
from core.permissions import Role

FRESH_FOR = timedelta(minutes=10)
"""How old a token may be, and how far ahead the provider's clock, which is compared with ours."""
_LONGEST = 1000
_NAMES = ("preferred_username", "email", "name")
_RISING = (Role.GUEST, Role.ANALYST, Role.ADMIN)


class ClaimsRefused(NotSignedIn):
    """`reason` is one word for the audit log; `user_id` who they would have been.

    Of somebody not known here, `unknown` is the issuer and the subject, for an admin to link.
    """

    def __init__(
        self,
        reason: str,
        message: str,
        user_id: UUID | None = None,
        unknown: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.user_id = user_id
        self.unknown = unknown


@dataclass(frozen=True)
class Claims:
    """Who it is, for that issuer, and as what they come."""

    issuer: str
    subject: str
    issued_at: datetime
    name: str
    """How they would like to be called; perhaps no username at all."""
    role: Role | None
    """None: neither the claim nor the settings give one."""


def read(claims: Mapping[str, object], settings: Settings, moment: datetime) -> Claims:
    """The claims of an ID token whose signature, issuer and nonce are verified.

    Raises `ClaimsRefused` where it is incomplete, for another client, or not fresh.
    """
    issuer, subject = _text(claims, "iss"), _text(claims, "sub")
    issued = claims.get("iat")
    if not issuer or not subject or not isinstance(issued, int | float):
        raise ClaimsRefused(
            "incomplete",
            "The identity provider did not say who you are; an administrator can check what its "
            "ID tokens hold (iss, sub, iat).",
        )
    if settings.oidc_client_id not in _texts(claims, "aud"):
        raise ClaimsRefused(
            "other_audience", "This sign-in was meant for another product; sign in again."
        )
    if not abs(moment.timestamp() - issued) <= FRESH_FOR.total_seconds():
        raise ClaimsRefused(
            "stale",
            "This sign-in is out of time; sign in again. If it stays so, the clocks of this "
            "server and of the identity provider differ; tell an administrator.",
        )
    name = next(filter(None, (_text(claims, claim) for claim in _NAMES)), "")
    issued_at = datetime.fromtimestamp(issued, UTC)
    return Claims(issuer, subject, issued_at, name.partition("@")[0], _role(claims, settings))


def _role(claims: Mapping[str, object], settings: Settings) -> Role | None:
    """The highest role among those that the claim's values give."""
    roles = settings.oidc_roles or {}
    given = {roles[value] for value in _texts(claims, settings.oidc_role_claim) if value in roles}
    if not given and settings.oidc_default_role is not None:
        given = {settings.oidc_default_role}
    return max(map(Role, given), key=_RISING.index, default=None)


def _text(claims: Mapping[str, object], name: str) -> str:
    """The claim, if it is a text fit to be stored."""
    value = claims.get(name)
    fit = isinstance(value, str) and len(value) <= _LONGEST and value.isprintable()
    return str(value) if fit else ""


def _texts(claims: Mapping[str, object], name: str | None) -> frozenset[str]:
    """The texts of a claim that holds one or a list of them."""
    value = claims.get(name) if name else None
    several = value if isinstance(value, list | tuple) else [value]
    return frozenset(each for each in several if isinstance(each, str))
