"""Packages with plugins, as pip leaves them in a folder of the path."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a package there: its code, and its entry points as `{group: {name: value}}`."""

    def put(package: str, code: str, **groups: dict[str, str]) -> None:
        folder = tmp_path / package
        about = folder / f"{package}-1.0.dist-info"
        about.mkdir(parents=True)
        (folder / f"{package}.py").write_text(code)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        lines = []
        for group, points in groups.items():
            lines.append(f"[glimpse.{group}]")
            lines += [f"{name} = {value}" for name, value in points.items()]
        (about / "entry_points.txt").write_text("\n".join(lines))
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, package, raising=False)

    return put


EXPORTER = """
class Exporter:
    protocol = 1
    title = "Lines"
    media_type = "text/plain; charset=utf-8"
    suffix = "txt"
    takes = ("detection", "generation", "review")

    def export(self, subject):
        return b"a line"

exporter = Exporter()
"""
