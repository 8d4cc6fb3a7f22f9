"""The prompts that come with the product."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "shipped.toml"

REPORT = "Report from detections"


@dataclass(frozen=True)
class ShippedPrompt:
    name: str
    description: str
    text: str


@cache
def shipped() -> tuple[ShippedPrompt, ...]:
    """In the order of `shipped.toml`."""
    entries = tomllib.loads(_FILE.read_text("utf-8"))["prompt"]
    return tuple(ShippedPrompt(**entry) for entry in entries)
