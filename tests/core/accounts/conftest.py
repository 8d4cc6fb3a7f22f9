"""A service on the real database, and somebody in it."""

import pytest

from core.accounts.service import AccountService
from core.accounts.types import SignedIn
from core.config import Settings
from core.permissions import Actor, Role
from db.session import Database

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(database: Database, settings: Settings) -> AccountService:
    return AccountService(database, settings)


@pytest.fixture
def root() -> Actor:
    return AccountService.system_actor()


@pytest.fixture
def ana(accounts: AccountService, root: Actor) -> SignedIn:
    """An analyst who has just signed in."""
    accounts.add_user(root, "ana", Role.ANALYST, PASSWORD)
    return accounts.sign_in("ana", PASSWORD, "10.0.0.1")
