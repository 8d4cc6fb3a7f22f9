"""What `manage.py users` and `manage.py keys` do. Each returns the lines to print."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from core.accounts import passwords
from core.accounts.service import AccountService
from core.accounts.types import KeyInfo
from core.errors import Invalid
from core.permissions import Role, Scope


@dataclass(frozen=True)
class Told:
    """`lines` are for programs as well; `note` is for the person at the terminal only."""

    lines: tuple[str, ...] = ()
    note: str = ""


def add_user(accounts: AccountService, name: str, role: Role, password: str | None) -> Told:
    """Without a password one is made up, told once, and must be changed at the first sign-in."""
    chosen = passwords.generated() if password is None else password
    user = accounts.add_user(
        accounts.system_actor(), name, role, chosen, temporary=password is None
    )
    note = f"Added {user.username} ({user.role})."
    if password is not None:
        return Told(note=note)
    return Told((chosen,), f"{note} The temporary password, shown this once:")


def set_password(accounts: AccountService, name: str, password: str | None) -> Told:
    """Without a password a temporary one is made up."""
    if password is None:
        made = accounts.reset_password(accounts.system_actor(), name)
        return Told((made,), f"The temporary password of {name}, shown this once:")
    accounts.set_password(accounts.system_actor(), name, password)
    return Told(note=f"The password of {name} is changed, and they are signed out everywhere.")


def set_active(accounts: AccountService, name: str, active: bool) -> Told:
    user = accounts.set_active(accounts.system_actor(), name, active)
    return Told(note=f"{user.username} is {'enabled' if active else 'disabled'}.")


def set_role(accounts: AccountService, name: str, role: Role) -> Told:
    user = accounts.set_role(accounts.system_actor(), name, role)
    return Told(note=f"{user.username} is now {user.role}.")


def link(accounts: AccountService, options: Namespace) -> Told:
    actor = accounts.system_actor()
    accounts.link_identity(
        actor, options.name, options.issuer, options.subject, follow=options.role_from_claim
    )
    role = "the role comes from the claim" if options.role_from_claim else "the role stays"
    return Told(note=f"{options.name} may sign in by the identity provider; {role}.")


def unlink(accounts: AccountService, options: Namespace) -> Told:
    actor = accounts.system_actor()
    accounts.unlink_identity(actor, options.name, options.issuer, options.subject)
    return Told(note=f"{options.name} may not sign in by that identity, and is signed out.")


def list_identities(accounts: AccountService, name: str) -> Told:
    found = accounts.identities_of(accounts.system_actor(), name)
    rows = [(each.issuer, each.subject, _day(each.last_used_at)) for each in found]
    return Told(_table(("issuer", "subject", "last used"), rows))


def list_users(accounts: AccountService) -> Told:
    users = accounts.users(accounts.system_actor())
    rows = [(user.username, user.role, user.state, _day(user.last_seen_at)) for user in users]
    return Told(_table(("name", "role", "state", "last seen"), rows))


def add_key(
    accounts: AccountService, name: str, label: str, scopes: str | None, days: int | None
) -> Told:
    """`scopes` as on the command line: names with commas between them."""
    wanted = None if scopes is None else _scopes(scopes)
    made = accounts.add_key(accounts.system_actor(), label, wanted, name, days)
    end = made.info.expires_at
    until = "never expires" if end is None else f"expires on {end:%Y-%m-%d}"
    note = f"Key “{made.info.label}” of {made.info.username}; it {until}. Shown this once:"
    return Told((made.secret,), note)


def list_keys(accounts: AccountService) -> Told:
    keys = accounts.all_keys(accounts.system_actor())
    rows = [
        (
            str(key.id),
            key.username,
            key.label,
            f"{key.prefix}…",
            _scope_text(key),
            _day(key.last_used_at),
            _day(key.expires_at),
            _key_state(key),
        )
        for key in keys
    ]
    return Told(
        _table(("id", "user", "label", "key", "scopes", "last used", "expires", "state"), rows)
    )


def revoke_key(accounts: AccountService, key_id: str) -> Told:
    try:
        known = UUID(key_id)
    except ValueError as error:
        raise Invalid(f"“{key_id}” is not the id of a key; `keys list` shows the ids.") from error
    accounts.revoke_key(accounts.system_actor(), known)
    return Told(note="The key is revoked.")


PEOPLE: Mapping[str, Callable[[AccountService, Namespace], Told]] = MappingProxyType(
    {
        "users add": lambda a, o: add_user(a, o.name, Role(o.role), _password(o)),
        "users password": lambda a, o: set_password(a, o.name, _password(o)),
        "users role": lambda a, o: set_role(a, o.name, Role(o.role)),
        "users disable": lambda a, o: set_active(a, o.name, active=False),
        "users enable": lambda a, o: set_active(a, o.name, active=True),
        "users link": link,
        "users unlink": unlink,
        "users identities": lambda a, o: list_identities(a, o.name),
        "users list": lambda a, _: list_users(a),
        "keys add": lambda a, o: add_key(a, o.name, o.label, o.scope, o.days),
        "keys revoke": lambda a, o: revoke_key(a, o.id),
        "keys list": lambda a, _: list_keys(a),
    }
)
"""Each command with what it does to parsed options."""


def _password(options: Namespace) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if options.password_stdin else None


def _scopes(text: str) -> list[Scope]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Scope)]
    if unknown:
        allowed = ", ".join(Scope)
        raise Invalid(f"There is no scope “{unknown[0]}”; allowed are: {allowed}.")
    return [Scope(name) for name in names]


def _scope_text(key: KeyInfo) -> str:
    return "all of the role" if key.scopes is None else ",".join(sorted(key.scopes))


def _key_state(key: KeyInfo) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expired else "good"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[str, ...]:
    whole = [head, *rows]
    widths = [max(len(row[column]) for row in whole) for column in range(len(head))]
    return tuple(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in whole
    )
