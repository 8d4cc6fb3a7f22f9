"""An evidence pack: ratings in a ZIP file with all that lets somebody else check them.

`ratings.csv` is the export; `manifest.json` says which filter made it, when and by which version,
the SHA-256 of the CSV and of every picture, which models at which revisions, and of each run its
parameters, its seed, the SHA-256 of its output, and the command that runs it again. The pictures
themselves are under `images/` where they are asked for.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Any
from urllib.parse import urlencode
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from core.clock import now
from core.errors import TooLarge
from core.review.filters import to_query
from core.review.types import FeedbackFilter
from core.review.words import in_words
from core.version import product_version
from db.copy import Sink, Source
from db.repositories.exports import TEXTS, export_statement
from db.repositories.exports_evidence import EvidenceRepository, PictureKept, runs_statement
from db.repositories.review_sql import Criteria
from db.session import Session

MAX_RATINGS = 20_000
CSV = "ratings.csv"
AGAIN = "python manage.py runs again "


@dataclass(frozen=True)
class Evidence:
    """What was asked for, by whom."""

    username: str
    filter: FeedbackFilter
    criteria: Criteria
    columns: tuple[str, ...]
    images: bool


class _Counting:
    """Passes bytes on, and knows how many and their SHA-256."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._hash = sha256()
        self.bytes = 0

    def write(self, data: bytes, /) -> int:
        self._hash.update(data)
        self.bytes += len(data)
        self._sink.write(data)
        return len(data)

    def flush(self) -> None:
        """For `ZipFile`, which asks for it, as for `close`."""

    def close(self) -> None: ...

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def checked_number(session: Session, criteria: Criteria) -> int:
    """How many ratings match. Raises `TooLarge` for more than a pack may hold."""
    count = EvidenceRepository(session).ratings(criteria, MAX_RATINGS + 1)
    if count > MAX_RATINGS:
        raise TooLarge(
            f"An evidence pack holds at most {MAX_RATINGS:,} ratings, and more match the filter; "
            "narrow it, or export CSV, which has no limit.",
            facts={"max": MAX_RATINGS},
        )
    return count


def write_evidence(source: Source, sink: Sink, asked: Evidence) -> None:
    repository = EvidenceRepository(source.session)
    pictures = repository.pictures(asked.criteria)
    with ZipFile(_Counting(sink), "w") as pack:
        with _entry(pack, CSV) as entry:
            csv = _Counting(entry)
            quoted = [name for name in asked.columns if name in TEXTS]
            source.copy_csv(export_statement(asked.criteria, asked.columns), csv, quoted)
        if asked.images:
            for picture in pictures:
                with _entry(pack, _path(picture), ZIP_STORED) as entry:
                    entry.write(repository.picture(picture.sha256))
        with _entry(pack, "manifest.json") as entry:
            _write_manifest(source, entry, asked, csv, pictures)


def _write_manifest(
    source: Source, entry: Sink, asked: Evidence, csv: _Counting, pictures: Sequence[PictureKept]
) -> None:
    """Piece by piece, as the list of runs is as long as it is."""
    head = json.dumps(_head(source, asked, csv, len(pictures)), ensure_ascii=False, indent=1)
    entry.write(head.removesuffix("\n}").encode())
    entry.write(b',\n "images": [\n')
    for number, picture in enumerate(pictures):
        told = {
            "sha256": picture.sha256.hex(),
            "file": _path(picture) if asked.images else None,
            **{name: getattr(picture, name) for name in ("mime", "width", "height", "bytes")},
        }
        entry.write(f"{',' if number else ''}{json.dumps(told)}\n".encode())
    entry.write(b'],\n "runs": [\n')
    source.copy_lines(runs_statement(asked.criteria, AGAIN), entry)
    entry.write(b"]\n}\n")


def _head(source: Source, asked: Evidence, csv: _Counting, pictures: int) -> dict[str, Any]:
    repository = EvidenceRepository(source.session)
    query = urlencode(to_query(asked.filter), doseq=True)
    return {
        "product": "Glimpse",
        "version": product_version(),
        "created_at": now().isoformat(),
        "created_by": asked.username,
        "filter": {"words": in_words(asked.filter), "query": query},
        "counts": {**repository.counts(asked.criteria)._asdict(), "images": pictures},
        "ratings": {
            "file": CSV,
            "sha256": csv.sha256,
            "bytes": csv.bytes,
            "columns": list(asked.columns),
        },
        "models": [model._asdict() for model in repository.models(asked.criteria)],
    }


@contextmanager
def _entry(pack: ZipFile, name: str, kind: int = ZIP_DEFLATED) -> Iterator[IO[bytes]]:
    info = ZipInfo(name, now().timetuple()[:6])
    info.compress_type = kind
    info.external_attr = 0o644 << 16
    with pack.open(info, "w", force_zip64=name == CSV) as entry:
        yield entry


def _path(picture: PictureKept) -> str:
    return f"images/{picture.sha256.hex()}.{picture.extension}"
