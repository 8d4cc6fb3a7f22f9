"""A backup is tested by putting it back: into a server of its own, with which people then work."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.accounts.service import AccountService
from core.backup import BackupError, back_up, restore
from core.config import Settings
from core.database import current_database, is_up_to_date
from core.demo.service import DemoService
from core.errors import Conflict, Invalid
from core.feedback.outbox import Entry, Outbox
from core.ids import new_id
from core.review import rollups
from core.signing import signing_key
from db.dump import counts
from db.session import Database

PASSWORD = "first-admin-password"


@pytest.fixture
def used(database: Database, settings: Settings) -> Iterator[Settings]:
    """Of an installation with people, runs, ratings, and one rating that waits on the disk."""
    url = database.engine.url.render_as_string(hide_password=False)
    used = settings.model_copy(update={"database_url": SecretStr(url)})
    accounts = AccountService(database, used)
    accounts.ensure_first_admin()
    DemoService(database, used).load(accounts.system_actor(), 300, 1, lambda line: None)
    signing_key(used)
    outbox = Outbox(used.data_dir)
    said_at = datetime(2026, 11, 30, tzinfo=UTC)
    outbox.put(Entry(new_id(), new_id(), new_id(), new_id(), said_at, "{}"))
    yield used
    outbox.close()


def test_what_is_restored_is_what_was_saved_and_people_sign_in(
    used: Settings, open_folder: Path, tmp_path: Path
) -> None:
    saved = back_up(used, tmp_path / "backup")
    assert saved.rows["public.feedback"] > 200
    assert saved.rows["public.audit_log"]
    assert not list(tmp_path.glob("*.unfinished"))
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").iterdir()} == {0o600}

    fresh = Settings(data_dir=open_folder / "restored")
    assert restore(fresh, tmp_path / "backup") == saved
    with current_database(fresh) as database:
        assert is_up_to_date(database)
        url = database.engine.url.render_as_string(hide_password=False)
        assert counts(url) == saved.rows
        assert rollups.check(database).good
        assert AccountService(database, fresh).sign_in("admin", PASSWORD, "here").actor
        with pytest.raises(Conflict, match="secret_key is there already"):
            restore(fresh, tmp_path / "backup")
        for name in ("outbox.sqlite3", "secret_key"):
            shutil.move(fresh.data_dir / name, tmp_path / name)
        with pytest.raises(BackupError, match="The database is not empty"):
            restore(fresh, tmp_path / "backup")
    assert (tmp_path / "secret_key").read_text() == signing_key(used).get_secret_value()
    restored = Outbox(tmp_path)
    assert restored.waiting() == 1
    restored.close()


def test_what_is_damaged_is_not_restored(used: Settings, settings: Settings) -> None:
    folder = settings.data_dir / "backup"
    back_up(used, folder)
    with pytest.raises(Conflict, match="there already"):
        back_up(used, folder)
    with (folder / "database.dump").open("r+b") as file:
        file.seek(2000)
        file.write(b"something else")
    with pytest.raises(Invalid, match=r"damaged: database\.dump"):
        restore(settings, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "more": 1}))
    with pytest.raises(Invalid, match="no backup"):
        restore(settings, folder)


def test_a_database_that_is_away_leaves_nothing_behind(settings: Settings, tmp_path: Path) -> None:
    away = settings.model_copy(
        update={"database_url": SecretStr("postgresql://nobody:word@127.0.0.1:1/none")}
    )
    with pytest.raises(BackupError, match="No backup was made") as told:
        back_up(away, tmp_path / "backup")
    assert "word" not in str(told.value)
    assert not list(tmp_path.glob("backup*"))
