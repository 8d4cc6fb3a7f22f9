"""Which version of the product this is."""

import tomllib
from functools import cache

from core.config import ROOT


@cache
def product_version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])
