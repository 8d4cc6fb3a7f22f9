"""Pictures in a ZIP archive, which is looked through before anything is taken out of it."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import IO

from core.config import Settings
from core.errors import Invalid, TooLarge
from core.jobs.types import NamedPicture

_LONGEST_NAME = 400
_LONGEST_ENTRY = 1000
_LONGEST_END = 22 + 65_535
_END, _END_SIZE, _SIZE_AT = b"PK\x05\x06", 22, 12
"""The record that ends an archive, and where in it stands how large the list of files is."""
_PACKED = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"})
_NOT_OURS = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_ENCRYPTED = 0x1
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def read_archive(
    archive: IO[bytes], settings: Settings
) -> Iterator[NamedPicture | tuple[str, str]]:
    """Each file with its name within the archive, or of one that is too large why it fails.

    Folders, hidden files and what operating systems add are left out. All that can be refused is
    refused before the first file is given, but for damage within one.

    Raises
    ------
    Invalid : no archive, damaged or encrypted; no file in it, or too many; another archive or a
        link in it; or a name that leads out of it.
    TooLarge : what is in it takes too many bytes.
    """
    try:
        _check_directory(archive, settings)
        opened = zipfile.ZipFile(archive)
    except _UNREADABLE as error:
        raise Invalid(
            "This is not a ZIP archive, or a damaged one; pack the pictures anew."
        ) from error
    members = _members(opened, settings)
    return _each(opened, members, settings)


def _check_directory(archive: IO[bytes], settings: Settings) -> None:
    """Refuse a list of files that would not fit into memory, from what the archive's end says.

    https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.16
    """
    archive.seek(0, 2)
    archive.seek(max(0, archive.tell() - _LONGEST_END))
    tail = archive.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) < place + _END_SIZE:
        raise zipfile.BadZipFile
    (size,) = struct.unpack_from("<L", tail, place + _SIZE_AT)
    if size > settings.max_job_items * _LONGEST_ENTRY:
        raise Invalid(
            "The archive names too many files, or is of the kind for more than 65,535; a job has 1 "
            f"to {settings.max_job_items:,}.",
            facts={"min": 1, "max": settings.max_job_items},
        )


def _members(opened: zipfile.ZipFile, settings: Settings) -> Sequence[zipfile.ZipInfo]:
    found = []
    for member in opened.infolist():
        _check_name(member)
        parts = PurePosixPath(member.filename).parts
        if member.is_dir() or any(part in _NOT_OURS or part.startswith(".") for part in parts):
            continue
        _check(member)
        found.append(member)
    if not 1 <= len(found) <= settings.max_job_items:
        raise Invalid(
            f"The archive has {len(found):,} files; a job has 1 to {settings.max_job_items:,}.",
            facts={"min": 1, "max": settings.max_job_items},
        )
    total, most = sum(member.file_size for member in found), settings.max_job_bytes
    if total > most:
        raise TooLarge(
            f"The files in the archive have {total:,} bytes unpacked; at most {most:,} are allowed "
            "in one job. Make several.",
            facts={"max_bytes": most},
        )
    return found


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename.replace("\\", "/")
    path = PurePosixPath(name)
    leads_out = path.is_absolute() or ".." in path.parts or ":" in name.partition("/")[0]
    if leads_out or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid(
            f"The archive has a file called {name[:60]!r}, which is no name within it; pack the "
            "pictures anew."
        )


def _check(member: zipfile.ZipInfo) -> None:
    name = member.filename[-60:]
    if member.flag_bits & _ENCRYPTED:
        raise Invalid(f"“{name}” is encrypted; pack the pictures without a password.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Invalid(f"“{name}” is a link to another file; pack the file itself.")
    if PurePosixPath(member.filename).suffix.lower() in _PACKED:
        raise Invalid(f"“{name}” is an archive within the archive; unpack it first.")


def _each(
    opened: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], settings: Settings
) -> Iterator[NamedPicture | tuple[str, str]]:
    most = settings.max_image_bytes
    with opened:
        for member in members:
            if member.file_size > most:
                said = f"The file has {member.file_size:,} bytes; at most {most:,} are allowed."
                yield member.filename, said
                continue
            try:
                content = opened.read(member)
            except _UNREADABLE as error:
                raise Invalid(
                    f"“{member.filename[-60:]}” cannot be unpacked; the archive is damaged, or "
                    "packed in an unusual way. Pack the pictures anew."
                ) from error
            yield NamedPicture(member.filename, content)
