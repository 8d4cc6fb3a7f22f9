"""The command line, run as a person would, on a real database."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import manage
from core.accounts.service import AccountService
from core.clock import now
from core.config import Settings
from core.feedback.outbox import Entry, Outbox
from core.ids import new_id
from core.permissions import Role, Scope
from db.models import User
from db.session import Database

PASSWORD = "correct horse battery"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command; answers with exit status, stdout and stderr."""
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GLIMPSE_DATABASE_URL", url)
    monkeypatch.setenv("GLIMPSE_SECRET_KEY", "0123456789abcdef" * 4)

    def command(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = manage.main(words)
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.fixture
def accounts(database: Database, settings: Settings) -> AccountService:
    return AccountService(database, settings)


@pytest.fixture
def ana(run: Run) -> str:
    status, *_ = run(
        "users", "add", "ana", "--role", "analyst", "--password-stdin", typed=f"{PASSWORD}\n"
    )
    assert status == 0
    return "ana"


def test_added_user_signs_in_with_the_password_from_stdin(
    accounts: AccountService, ana: str
) -> None:
    actor = accounts.sign_in(ana, PASSWORD, "a").actor
    assert (actor.role, actor.must_change_password) == (Role.ANALYST, False)


def test_without_a_password_only_the_made_up_one_is_on_stdout(
    run: Run, accounts: AccountService
) -> None:
    status, out, err = run("users", "add", "boss", "--role", "admin")
    assert status == 0
    assert "boss" in err
    assert accounts.sign_in("boss", out.strip(), "a").actor.must_change_password


def test_empty_password_from_stdin_is_refused_not_made_up(run: Run) -> None:
    status, out, err = run("users", "add", "ana", "--role", "guest", "--password-stdin", typed="\n")
    assert (status, out) == (1, "")
    assert "12 to" in err


def test_users_are_disabled_enabled_and_given_roles(
    run: Run, accounts: AccountService, ana: str
) -> None:
    assert run("users", "disable", ana)[0] == 0
    assert "disabled" in run("users", "list")[1]
    assert run("users", "enable", ana)[0] == 0
    assert run("users", "role", ana, "admin")[0] == 0
    assert accounts.sign_in(ana, PASSWORD, "a").actor.role is Role.ADMIN
    status, _, err = run("users", "disable", ana)
    assert status == 1
    assert "last active administrator" in err


def test_password_is_replaced(run: Run, accounts: AccountService, ana: str) -> None:
    run("users", "password", ana, "--password-stdin", typed="quite another password\n")
    accounts.sign_in(ana, "quite another password", "a")
    made = run("users", "password", ana)[1].strip()
    assert accounts.sign_in(ana, made, "a").actor.must_change_password


def test_key_is_printed_once_and_revoked_by_its_id(
    run: Run, accounts: AccountService, ana: str
) -> None:
    secret = run("keys", "add", ana, "--label", "robot", "--scope", "detect,export")[1].strip()
    actor = accounts.actor_for_key(secret)
    assert actor is not None
    assert actor.scopes == frozenset({Scope.DETECT, Scope.EXPORT})
    listed = run("keys", "list")[1]
    assert secret not in listed
    assert "never" in listed
    key_id = listed.splitlines()[1].split()[0]
    assert run("keys", "revoke", key_id)[0] == 0
    assert accounts.actor_for_key(secret) is None


def test_a_key_of_some_days_tells_its_end(run: Run, ana: str) -> None:
    _, _, err = run("keys", "add", ana, "--label", "robot", "--days", "30")
    day = f"{now() + timedelta(days=30):%Y-%m-%d}"
    assert f"it expires on {day}" in err
    assert day in run("keys", "list")[1]
    assert run("keys", "add", ana, "--label", "robot", "--days", "0")[0] == 1


def test_a_user_is_erased_in_a_day_unless_kept_or_at_once(
    run: Run, accounts: AccountService, ana: str
) -> None:
    status, _, err = run("users", "erase", ana)
    assert status == 0
    assert "users keep ana" in err
    assert run("keep", "run")[1] == "Removed nothing.\n"
    assert run("users", "keep", ana)[0] == 0
    assert "nothing is past its time" in run("doctor")[1]
    assert "is erased" in run("users", "erase", ana, "--now")[2]
    assert run("users", "keep", ana)[0] == 1
    (user,) = accounts.users(AccountService.system_actor())
    assert user.username.startswith("erased-")


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("users", "add", "ANA", "--role", "guest", "--password-stdin"), "already"),
        (("users", "role", "nobody", "guest"), "no user"),
        (("keys", "add", "ana", "--label", "x", "--scope", "fly"), "detect, generate"),
        (("keys", "add", "ana", "--label", "x", "--scope", ","), "at least one scope"),
        (("keys", "add", "nobody", "--label", "x"), "no user"),
        (("keys", "revoke", "12"), "keys list"),
        (("db", "stop"), "GLIMPSE_DATABASE_URL"),
        (("demo", "load", "--runs", "0"), "--runs"),
    ],
)
def test_refusals_name_the_reason_on_stderr(run: Run, words: tuple[str, ...], why: str) -> None:
    status, out, err = run(*words, typed=f"{PASSWORD}\n")
    assert (status, out) == (1, "")
    assert why in err


def test_demo_data_is_loaded_once_and_cleared(run: Run, database: Database) -> None:
    status, out, err = run("demo", "load", "--runs", "150", "--seed", "3")
    assert status == 0
    assert "150 of 150 runs" in err
    assert out.startswith("Added 150 runs")
    status, out, err = run("demo", "load", "--runs", "150", "--seed", "3")
    assert (status, out) == (1, "")
    assert "another seed" in err
    status, out, _ = run("demo", "clear")
    assert status == 0
    assert out.startswith("Removed 150 runs")
    with database.unit_of_work() as session:
        assert session.query(User).count() == 0


def test_setting_that_is_missing_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GLIMPSE_SECRET_KEY")
    status, _, err = run("users", "list")
    assert status == 1
    assert "GLIMPSE_SECRET_KEY" in err


def test_doctor_finds_nothing_wrong_with_what_is_shipped(run: Run) -> None:
    status, out, _ = run("doctor")
    assert status == 0, out
    assert "PROBLEM" not in out
    assert "newest schema" in out


def test_doctor_names_the_server_that_does_not_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GLIMPSE_DATABASE_URL", "postgresql://me:topsecret@127.0.0.1:1/glimpse")
    status, out, _ = run("doctor")
    assert status == 1
    assert "127.0.0.1" in out
    assert "topsecret" not in out


def test_doctor_names_each_broken_model(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models.toml"
    models.write_text('[[detector]]\nid = "lost"\nsource = "nowhere/at/all"\nboxes = 3\n')
    monkeypatch.setenv("GLIMPSE_MODELS_FILE", str(models))
    status, out, _ = run("doctor")
    problems = [line for line in out.splitlines() if line.startswith("PROBLEM")]
    assert status == 1
    assert len(problems) == 2
    assert "boxes" in out
    assert "[[generator]]" in out


@pytest.mark.usefixtures("ana")
def test_doctor_misses_an_administrator(run: Run) -> None:
    status, out, _ = run("doctor")
    assert status == 1
    assert "no active administrator" in out


@pytest.fixture
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """Two ratings that wait on this machine."""
    monkeypatch.setenv("GLIMPSE_DATA_DIR", str(tmp_path))
    kept = Outbox(tmp_path)
    for _ in range(2):
        kept.put(Entry(new_id(), new_id(), new_id(), new_id(), now(), "{}"))
    return kept


def test_doctor_counts_what_waits_and_names_what_was_refused(run: Run, outbox: Outbox) -> None:
    status, out, _ = run("doctor")
    assert status == 0
    assert "ok       outbox: 2 ratings wait for the database." in out
    (entry, _) = outbox.due(2)
    outbox.refuse(entry.id, "There is no such run.")
    status, out, _ = run("doctor")
    assert status == 1
    assert "ok       outbox: 1 rating waits" in out
    (problem,) = [line for line in out.splitlines() if line.startswith("PROBLEM")]
    assert str(entry.run_id) in problem
    assert "was refused: There is no such run." in problem


def test_doctor_names_an_outbox_that_cannot_be_read(run: Run, outbox: Outbox) -> None:
    outbox.close()
    outbox.path.write_bytes(b"no database" * 1000)
    status, out, _ = run("doctor")
    assert status == 1
    assert "PROBLEM  outbox: The outbox for ratings on this server cannot be used" in out


def test_embedded_database_is_left_as_it_was_found(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GLIMPSE_DATA_DIR", str(open_folder / "var"))
    assert manage.main(["users", "add", "boss", "--role", "admin"]) == 0
    assert manage.main(["db", "url"]) == 1
    assert manage.main(["db", "start"]) == 0
    try:
        capsys.readouterr()
        assert manage.main(["db", "url"]) == 0
        assert capsys.readouterr().out.startswith("postgresql://")
        assert manage.main(["users", "list"]) == 0
        assert "boss" in capsys.readouterr().out
        assert manage.main(["db", "url"]) == 0
    finally:
        assert manage.main(["db", "stop"]) == 0
    assert manage.main(["db", "url"]) == 1


def test_a_run_that_is_not_there_is_not_run_again(run: Run) -> None:
    status, _, err = run("runs", "again", "x")
    assert (status, "not the id of a run" in err) == (1, True)
    status, _, err = run("runs", "again", "00000000-0000-0000-0000-000000000000")
    assert (status, "There is no run" in err) == (1, True)
