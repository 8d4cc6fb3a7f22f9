"""An archive is looked through before anything is taken out of it."""

import io
import stat
import zipfile
from collections.abc import Callable

import pytest

from core.config import Settings
from core.errors import Invalid, TooLarge
from core.jobs.archive import read_archive
from core.jobs.types import NamedPicture
from tests.core.jobs.conftest import packed, picture

Packing = Callable[[zipfile.ZipFile], None]


def _named(name: str) -> Packing:
    return lambda archive: archive.writestr(name, b"x")


def _encrypted(archive: zipfile.ZipFile) -> None:
    archive.writestr("a.png", b"x")
    archive.infolist()[0].flag_bits |= 1


def _link(archive: zipfile.ZipFile) -> None:
    link = zipfile.ZipInfo("a.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(link, "/etc/passwd")


def test_pictures_keep_their_folders_and_what_is_none_of_ours_is_left_out(
    settings: Settings,
) -> None:
    files = {
        "b/one.png": picture(1),
        "a/": b"",
        "a/two.png": picture(2),
        "notes.txt": b"words",
        "__MACOSX/a/._two.png": b"x",
        ".hidden/three.png": b"x",
        "a/.DS_Store": b"x",
    }
    found = list(read_archive(packed(files), settings))
    assert found == [
        NamedPicture(name, files[name]) for name in ("b/one.png", "a/two.png", "notes.txt")
    ]


@pytest.mark.parametrize(
    ("pack", "said"),
    [
        (_named("../a.png"), "no name within it"),
        (_named("/etc/a.png"), "no name within it"),
        (_named("a\\..\\b.png"), "no name within it"),
        (_named("C:/a.png"), "no name within it"),
        (_named("a\nb.png"), "no name within it"),
        (_named("more.zip"), "archive within the archive"),
        (_named("more.tar.gz"), "archive within the archive"),
        (_encrypted, "encrypted"),
        (_link, "link"),
        (_named(".hidden"), "has 0 files"),
    ],
)
def test_what_is_not_to_be_unpacked_is_refused(
    settings: Settings, pack: Packing, said: str
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        pack(archive)
    with pytest.raises(Invalid, match=said):
        read_archive(file, settings)


@pytest.mark.parametrize(
    "content",
    [b"", b"words", packed({"a": b"x"}).getvalue()[:-30]],
    ids=["nothing", "words", "cut short"],
)
def test_what_is_no_archive_is_refused(settings: Settings, content: bytes) -> None:
    with pytest.raises(Invalid, match="not a ZIP archive"):
        read_archive(io.BytesIO(content), settings)


def test_a_bomb_is_refused_by_what_it_would_become(settings: Settings) -> None:
    small = settings.model_copy(update={"max_job_bytes": 2**20})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(2**20 + 1))
    assert file.tell() < 4096
    with pytest.raises(TooLarge, match="1,048,577 bytes unpacked"):
        read_archive(file, small)


def test_too_many_files_are_refused(settings: Settings) -> None:
    few = settings.model_copy(update={"max_job_items": 2})
    with pytest.raises(Invalid, match="has 3 files; a job has 1 to 2"):
        read_archive(packed(dict.fromkeys("abc", b"x")), few)
    with pytest.raises(Invalid, match="too many files"):
        read_archive(packed({f"{number:0200}": b"" for number in range(20)}), few)


def test_a_damaged_file_refuses_the_archive(settings: Settings) -> None:
    content = packed({"a.png": b"the very picture"}).getvalue()
    damaged = io.BytesIO(content.replace(b"the very picture", b"the very victure", 1))
    with pytest.raises(Invalid, match=r"“a\.png” cannot be unpacked"):
        list(read_archive(damaged, settings))


def test_a_file_that_is_too_large_is_named_and_the_others_are_given(settings: Settings) -> None:
    small = settings.model_copy(update={"max_image_bytes": 3})
    first, second = read_archive(packed({"a.png": b"four", "b.png": b"two"}), small)
    assert first == ("a.png", "The file has 4 bytes; at most 3 are allowed.")
    assert second == NamedPicture("b.png", b"two")
