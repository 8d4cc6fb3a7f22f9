"""Models that answer from another server: their address, their key, and what may be shown."""

import os
from pathlib import Path

import httpx2

from core.config import ROOT
from core.errors import Unavailable
from core.inference.types import ModelEntry

REMOTE = "remote"
"""The device of models that run elsewhere. Their being away makes nothing here unready."""

_SCHEMES = ("http", "https")
_EXAMPLE = "write it as “https://host/path”"


def is_address(source: str) -> bool:
    return "://" in source


def is_remote(entry: ModelEntry) -> bool:
    """Whether another server answers for this model; nothing of it is loaded here."""
    return is_address(entry.source)


def check_address(source: str) -> None:
    """Raise `ValueError` unless this is a web address free of passwords."""
    try:
        url = httpx2.URL(source)
    except httpx2.InvalidURL as error:
        raise ValueError(f"the address cannot be read; {_EXAMPLE}") from error
    if url.scheme not in _SCHEMES or not url.host or url.fragment or " " in source:
        raise ValueError(f"the address cannot be used; {_EXAMPLE}")
    if url.userinfo:
        raise ValueError(
            "the address holds a password; put the key into an environment variable, and name "
            "that variable with “api_key_env”"
        )


def key_in(variable: str) -> str:
    """The key that an environment variable holds; `ValueError` where there is none."""
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ValueError(
            f"the environment variable “{variable}”, which “api_key_env” names, is not set; set "
            "it to the remote engine's key and start again"
        )
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise ValueError(
            f"the environment variable “{variable}” holds characters that no key has; set it "
            "anew and start again"
        )
    return key


def engine_key(entry: ModelEntry) -> str | None:
    """The key of a remote engine, where it asks for one; `Unavailable` where it is not set."""
    if entry.api_key_env is None:
        return None
    try:
        return key_in(entry.api_key_env)
    except ValueError as error:
        raise Unavailable(f"models.toml: {error}.") from error


def shown_source(source: str) -> str:
    """A source as everybody may see it: a folder of ours by its short path, no secrets."""
    if is_address(source):
        return _without_secrets(source)
    path = Path(source)
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _without_secrets(source: str) -> str:
    try:
        return str(httpx2.URL(source).copy_with(userinfo=b"", query=None, fragment=None))
    except httpx2.InvalidURL:
        scheme, _, rest = source.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
