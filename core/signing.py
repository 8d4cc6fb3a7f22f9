"""The key that signs what must not be forged, and keys of one purpose made from it."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from core.config import Settings

KEY_FILE = "secret_key"
"""In the data directory."""


def signing_key(settings: Settings) -> SecretStr:
    """The key that is set, or the one kept in the data directory, made when first asked for."""
    return settings.secret_key or _kept(settings.data_dir)


def key_for(purpose: str, key: SecretStr) -> str:
    """A key of its own for each purpose, in 64 hexadecimal digits; it does not tell `key`."""
    return hmac.new(key.get_secret_value().encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _kept(data_dir: Path) -> SecretStr:
    """Readable by its owner only."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / KEY_FILE
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return SecretStr(path.read_text().strip())
    with open(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return SecretStr(path.read_text())
