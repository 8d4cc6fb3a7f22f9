"""Folders for embedded servers that a test may start, kill and stop as it likes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from db import embedded
from db.session import Database
from tests.conftest import new_home


class Away(Exception):
    """What these tests let a `Database` raise where the server is away."""


def throw_away(home: Path) -> None:
    """Stop the server of `home` and remove what it left, also outside of it."""
    embedded.stop(home)
    outside = home / "outside"
    if outside.is_symlink():
        shutil.rmtree(outside.resolve())
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder with a short path, in which nothing is yet."""
    folder = new_home()
    yield folder
    throw_away(folder)


@pytest.fixture(scope="module")
def shared_home() -> Iterator[Path]:
    """One folder for all tests of a module that put up with each other."""
    folder = new_home()
    yield folder
    throw_away(folder)


@pytest.fixture
def fresh(shared_home: Path) -> Iterator[Database]:
    """A database without any table, on a server that only this module uses."""
    database = Database(embedded.ensure(shared_home), Away)
    with database.unit_of_work() as session:
        session.execute(text("drop schema public cascade; create schema public"))
    yield database
    database.close()
