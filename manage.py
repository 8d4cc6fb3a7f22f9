"""The command line: people, keys, runs, jobs, keeping, the database, backups, demo data, doctor."""

import argparse
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from core import admin_cli, backup_cli, db_cli, demo_cli, doctor, keeping_cli
from core.accounts.service import AccountService
from core.config import ROOT, Settings, load_settings, settings_table
from core.database import current_database
from core.errors import GlimpseError
from core.permissions import Role
from db.embedded import EmbeddedError

README = ROOT / "README.md"
OPENAPI = ROOT / "docs" / "openapi.json"
PEOPLE = {**admin_cli.PEOPLE, **keeping_cli.ERASURES}
_BEGIN, _END = "<!-- settings: written by `make docs` -->", "<!-- end of settings -->"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 is success; 1 a refusal, or a problem found, told in words."""
    options = _parser().parse_args(arguments)
    try:
        if options.group == "docs":
            return _docs(check=options.check)
        return _run(options, load_settings())
    except (GlimpseError, EmbeddedError) as error:
        print(error, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.group == "doctor":
        return _doctor(settings)
    if options.group == "db":
        print(db_cli.COMMANDS[options.action](settings))
        return 0
    if options.group in backup_cli.COMMANDS:
        print(backup_cli.COMMANDS[options.group](settings, options))
        return 0
    if options.group == "demo":
        with current_database(settings) as database:
            print(demo_cli.COMMANDS[options.action](database, settings, options))
        return 0
    if options.group == "keep":
        with current_database(settings) as database:
            print(keeping_cli.run(database, settings))
        return 0
    if options.group == "worker":
        from core import jobs_cli  # with it comes torch, which takes seconds

        jobs_cli.work(settings, say=lambda line: print(line, flush=True))
        return 0
    if options.group == "runs":
        from core import runs_cli  # with it comes torch, which takes seconds

        with current_database(settings) as database:
            line, same = runs_cli.again(database, settings, options)
        print(line)
        return 0 if same else 1
    with current_database(settings) as database:
        accounts = AccountService(database, settings)
        told = PEOPLE[f"{options.group} {options.action}"](accounts, options)
    print(told.note, end="\n" if told.note else "", file=sys.stderr)
    print(*told.lines, sep="\n", end="\n" if told.lines else "")
    return 0


def _docs(*, check: bool) -> int:
    """Write what is generated; or with `check` only say what is not as it would be written."""
    from api.app import schema_text  # with it comes torch, which takes seconds

    stale = []
    for path, text in ((README, with_settings(README.read_text())), (OPENAPI, schema_text())):
        if not path.exists() or path.read_text() != text:
            stale.append(path.relative_to(ROOT))
            if not check:
                path.write_text(text)
    if check and stale:
        print(f"Out of date: {', '.join(map(str, stale))}. Run `make docs`.", file=sys.stderr)
    return 1 if check and stale else 0


def with_settings(readme: str) -> str:
    """The README with its table of settings as the settings are now."""
    before, rest = readme.split(_BEGIN)
    after = rest.split(_END)[1]
    return f"{before}{_BEGIN}\n{settings_table()}\n{_END}{after}"


def _doctor(settings: Settings) -> int:
    """Print every finding; 1 if there is a problem among them."""
    good = True
    for finding in chain(
        doctor.check_disk(settings),
        doctor.check_models(settings),
        db_cli.check(settings),
        doctor.check_outbox(settings),
    ):
        print(finding)
        good &= finding.good
    return 0 if good else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py", description=__doc__)
    groups = parser.add_subparsers(dest="group", required=True)
    leaves = {
        name: groups.add_parser(name, help=about).add_subparsers(dest="action", required=True)
        for name, about in (("users", "who may use the product"), ("keys", "API keys"))
    }
    commands = {}
    for path in PEOPLE:
        group, action = path.split()
        commands[path] = leaves[group].add_parser(action)
        if action not in {"list", "revoke"}:
            commands[path].add_argument("name", help="username")
    commands["users add"].add_argument(
        "--role", choices=[str(role) for role in Role], required=True
    )
    for path in ("users link", "users unlink"):
        commands[path].add_argument("--issuer", required=True, help="who says it (`iss`)")
        commands[path].add_argument("--subject", required=True, help="who it is there (`sub`)")
    commands["users link"].add_argument(
        "--role-from-claim", action="store_true", help="take the role from the claim from now on"
    )
    commands["users role"].add_argument("role", choices=[str(role) for role in Role])
    for path in ("users add", "users password"):
        commands[path].add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input; else one is made up",
        )
    commands["users erase"].add_argument(
        "--now", action="store_true", help="at once; it cannot be taken back"
    )
    commands["keys add"].add_argument("--label", required=True, help="what the key is for")
    commands["keys add"].add_argument("--scope", help="detect,generate,feedback,export; else all")
    commands["keys add"].add_argument("--days", type=int, help="how long it lasts; else for ever")
    commands["keys revoke"].add_argument("id", help="as in `keys list`")
    groups.add_parser("db", help="the database").add_argument(
        "action", choices=list(db_cli.COMMANDS)
    )
    demo = groups.add_parser("demo", help="made-up people, runs and ratings").add_subparsers(
        dest="action", required=True
    )
    loading = demo.add_parser("load", help="add some")
    loading.add_argument("--runs", type=int, default=10_000, help="how many; as many ratings")
    loading.add_argument("--seed", type=int, default=1, help="another seed, other data beside it")
    demo.add_parser("clear", help="remove all that was made up, and nothing else")
    keep = groups.add_parser("keep", help="what is past its time")
    keep.add_argument("action", choices=["run"], help="remove it now, not within the hour")
    runs = groups.add_parser("runs", help="recorded runs").add_subparsers(
        dest="action", required=True
    )
    again = runs.add_parser("again", help="run one as it was; 1 if it gives something else")
    again.add_argument("id", help="as in the manifest of an evidence pack")
    for name, about in (
        ("backup", "save the database and what lasts beside it in a new folder"),
        ("restore", "put a backup into an empty database and an unused data directory"),
    ):
        groups.add_parser(name, help=about).add_argument("folder", type=Path)
    groups.add_parser("worker", help="do jobs, for pages that run with GLIMPSE_WORKER=none")
    docs = groups.add_parser("docs", help="write the settings and the schema of the API")
    docs.add_argument("--check", action="store_true", help="only say what is out of date; then 1")
    groups.add_parser("doctor", help="name what is wrong and what to do")
    return parser


if __name__ == "__main__":
    sys.exit(main())
