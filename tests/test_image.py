"""What the Dockerfile copies is what the product is made of, and nothing else is let in."""

import ast
from pathlib import Path

from core.config import ROOT

_BESIDES = {"bench", "tests", "training"}
"""Ours, and no part of the product."""


def _words(file: str, first: str) -> list[list[str]]:
    lines = (ROOT / file).read_text().splitlines()
    return [line.split()[1:] for line in lines if line.split()[:1] == [first]]


COPIED = {
    source.removeprefix("./")
    for words in _words("Dockerfile", "COPY")
    if not words[0].startswith("--")
    for source in words[:-1]
}
LET_THROUGH = {
    line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
}


def _imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def test_every_package_of_ours_is_in_the_image_or_known_not_to_be() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/*.py")}
    assert packages - COPIED == _BESIDES


def test_what_is_in_the_image_needs_nothing_that_is_not() -> None:
    sources = [path for name in COPIED for path in (ROOT / name).rglob("*.py")]
    sources += [ROOT / name for name in COPIED if name.endswith(".py")]
    missing = {(path, name) for path in sources for name in _imported(path) & _BESIDES}
    assert not missing


def test_the_context_holds_what_is_copied_and_no_more() -> None:
    files = {name for name in LET_THROUGH if not name.startswith(".streamlit/")}
    assert files | {".streamlit"} == COPIED
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
