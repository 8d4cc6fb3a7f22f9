"""Who may import whom, walked over the syntax trees: a new arrow fails here first."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"api", "bench", "core", "db", "pages", "plugins", "tests", "training", "ui"}

# from: (may import of ours, must not import at all)
ARROWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pages": (("pages", "ui", "core"), ("torch", "transformers", "sqlalchemy", "fastapi")),
    "ui": (("ui", "core"), ("torch", "transformers", "sqlalchemy", "fastapi")),
    "api": (("api", "core"), ("torch", "transformers", "sqlalchemy", "streamlit")),
    "core": (
        ("core", "db.repositories", "db.session", "db.copy", "db.dump"),
        ("streamlit", "fastapi"),
    ),
    "plugins": (
        ("plugins", "core"),
        ("torch", "transformers", "sqlalchemy", "streamlit", "fastapi"),
    ),
    "db": (("db",), ("streamlit", "fastapi", "torch", "transformers", "pydantic")),
    "bench": (("bench", "training", "core", "api", "db"), ("streamlit",)),
    "training": (("training",), ("streamlit", "fastapi", "sqlalchemy")),
}
MESSAGES = ("streamlit.proto",)
"""The form of what a browser and a page tell each other; it brings nothing else with it."""


def _sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _under(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)


@pytest.mark.parametrize("package", ARROWS)
def test_imports_follow_the_arrows(package: str) -> None:
    may, never = ARROWS[package]
    wiring = ROOT / "core" / "database.py"
    wrong = []
    for path in _sources(package):
        allowed = (*may, "db.embedded", "db.migrate") if path == wiring else may
        for module in _imports(path):
            ours = module.split(".")[0] in OURS and "." in module
            banned = _under(module, never) and not _under(module, MESSAGES)
            if banned or (ours and not _reaches(module, allowed)):
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    assert not wrong


def _reaches(module: str, allowed: tuple[str, ...]) -> bool:
    """`from db import embedded` names `db` first, then `db.embedded`: both are the same arrow."""
    return _under(module, allowed) or any(prefix.startswith(f"{module}.") for prefix in allowed)


def test_only_inference_knows_torch() -> None:
    outside = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in _sources("core")
        if (ROOT / "core" / "inference") not in path.parents
        for module in _imports(path)
        if _under(module, ("torch", "transformers", "tokenizers", "safetensors"))
    ]
    assert not outside


def test_only_the_outbox_keeps_rows_of_its_own() -> None:
    users = [
        str(path.relative_to(ROOT))
        for package in OURS - {"tests", "bench"}
        for path in _sources(package)
        if "sqlite3" in _imports(path)
    ]
    assert users == ["core/feedback/outbox.py"]


@pytest.mark.parametrize("leaf", ["core/errors.py", "core/clock.py", "core/ids.py"])
def test_leaves_import_nothing_of_ours(leaf: str) -> None:
    assert not [m for m in _imports(ROOT / leaf) if m.split(".")[0] in OURS]


def test_sql_is_written_in_repositories_only() -> None:
    outside = [
        str(path.relative_to(ROOT))
        for path in _sources("core")
        for module in _imports(path)
        if _under(module, ("sqlalchemy", "psycopg2"))
    ]
    assert not outside


def test_every_page_guards_itself_first() -> None:
    for path in _sources("pages"):
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        assert calls, path
        assert "require" in calls, f"{path.relative_to(ROOT)} never calls ui.guard.require"
