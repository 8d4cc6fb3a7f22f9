"""Where a checkpoint's files are: a folder of ours, or a bounded download from the Hub."""

import re
from dataclasses import dataclass
from pathlib import Path

import structlog
from httpx2 import HTTPError
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from core.errors import Unavailable
from core.inference.hashing import SHOWN, checked_weights_hash
from core.inference.types import ModelEntry

_ANSWER_SECONDS = 10
_COMMIT = re.compile(r"[0-9a-f]{40}")
_AWAY = (HTTPError, LocalEntryNotFoundError, OSError)
_FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")

log = structlog.get_logger()


@dataclass(frozen=True)
class Checkpoint:
    """A folder with everything in it, and the revision its answers are recorded under."""

    folder: Path
    revision: str


def locate(entry: ModelEntry) -> Checkpoint:
    """Find, and where needed fetch, the files of `entry`.

    Raises
    ------
    Unavailable : missing, changed or damaged files, another revision, or no Hub in reach.
    """
    if Path(entry.source).is_absolute():
        return _in_folder(Path(entry.source), entry.revision)
    return _from_hub(entry.source, entry.revision)


def _in_folder(folder: Path, wanted: str | None) -> Checkpoint:
    if not folder.is_dir():
        raise Unavailable(f"The folder {folder.name} is not there any more; restore it.")
    digest = checked_weights_hash(folder)
    if wanted is not None and not digest.startswith(wanted.lower()):
        raise Unavailable(
            f"The weights have the hash {digest[:SHOWN]}, but models.toml asks for revision "
            f"{wanted}; restore those weights or change the entry."
        )
    return Checkpoint(folder, digest[:SHOWN])


def _from_hub(repo: str, wanted: str | None) -> Checkpoint:
    kept = _kept(repo, wanted)
    if kept is not None and wanted is not None and _COMMIT.fullmatch(wanted):
        return kept
    try:
        commit = HfApi().model_info(repo, revision=wanted, timeout=_ANSWER_SECONDS).sha
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise Unavailable(
            f"The Hub has no public model “{repo}” at revision {wanted or 'main'}; "
            "check the entry in models.toml."
        ) from error
    except _AWAY as error:
        if kept is None:
            raise _hub_away(repo) from error
        log.warning("model_hub_away", source=repo, kept_revision=kept.revision)
        return kept
    return _kept(repo, commit) or _downloaded(repo, commit)


def _downloaded(repo: str, commit: str | None) -> Checkpoint:
    log.info("model_download", source=repo, revision=commit)
    try:
        folder = snapshot_download(
            repo, revision=commit, allow_patterns=list(_FILES), etag_timeout=_ANSWER_SECONDS
        )
    except _AWAY as error:
        raise _hub_away(repo) from error
    return Checkpoint(Path(folder), Path(folder).name)


def _kept(repo: str, revision: str | None) -> Checkpoint | None:
    """What an earlier download left on this machine; a folder without weights is not whole."""
    try:
        folder = Path(snapshot_download(repo, revision=revision, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return Checkpoint(folder, folder.name) if any(folder.glob("*.safetensors")) else None


def _hub_away(repo: str) -> Unavailable:
    return Unavailable(
        f"“{repo}” could not be fetched: the Hub does not answer, and no earlier download is "
        "kept here. Check the network, or name a folder in models.toml.",
        retry_after=60,
    )
