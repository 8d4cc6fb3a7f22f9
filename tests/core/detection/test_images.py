"""Hostile and unusual files: a clear message or an upright RGB picture, never a surprise."""

import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.config import Settings
from core.detection.images import FORMATS, decode, encode
from core.errors import GlimpseError, Invalid, NotAnImage, TooLarge
from tests.core.detection.pictures import as_file, scene

SMALL = scene().resize((40, 30))
RED, WHITE = (255, 0, 0), (255, 255, 255)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises `width` x `height` pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def test_no_file_asks_for_one(settings: Settings) -> None:
    with pytest.raises(Invalid, match="No picture was given; choose a JPEG"):
        decode(None, settings)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\xff", "not a picture in an accepted format"),
        (b"hello, I am holiday.jpg" * 50, "not a picture in an accepted format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture in an accepted format"),
        (b"%PDF-1.7\n", "not a picture in an accepted format"),
        (b"\xff\xd8\xff" + bytes(500), "not a picture|damaged"),
        (b"\x89PNG\r\n\x1a\n", "not a picture|damaged"),
        (as_file(SMALL, "ICO"), "not a picture in an accepted format"),
        (as_file(SMALL, "PPM"), "not a picture in an accepted format"),
        (as_file(SMALL, "TGA"), "not a picture in an accepted format"),
    ],
)
def test_what_is_no_accepted_picture_is_refused(
    content: bytes, message: str, settings: Settings
) -> None:
    with pytest.raises(NotAnImage, match=message):
        decode(content, settings)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_cut_in_the_middle_is_refused(file_format: str, settings: Settings) -> None:
    content = as_file(scene(), file_format)
    with pytest.raises(NotAnImage, match=r"damaged or cut off|not a picture"):
        decode(content[: len(content) // 2], settings)


def test_the_byte_limit_is_exact(settings: Settings) -> None:
    content = as_file(SMALL)
    exact = settings.model_copy(update={"max_image_bytes": len(content)})
    assert decode(content, exact).info.width == 40
    under = settings.model_copy(update={"max_image_bytes": len(content) - 1})
    with pytest.raises(TooLarge) as caught:
        decode(content, under)
    assert caught.value.facts == {"bytes": len(content), "max_bytes": len(content) - 1}


def test_the_pixel_limit_is_exact(settings: Settings) -> None:
    content = as_file(SMALL)
    assert decode(content, settings.model_copy(update={"max_image_pixels": 1200})).info.width == 40
    with pytest.raises(TooLarge, match="40 × 30 pixels"):
        decode(content, settings.model_copy(update={"max_image_pixels": 1199}))


@pytest.mark.parametrize("side", [5001, 9500, 13000, 60000])
def test_a_bomb_is_refused_by_its_header_alone(side: int, settings: Settings) -> None:
    with pytest.raises(TooLarge, match="at most 25 million"):
        decode(png_claiming(side, side), settings)


@pytest.mark.parametrize("file_format", FORMATS)
def test_each_format_is_told_from_the_bytes(file_format: str, settings: Settings) -> None:
    decoded = decode(as_file(SMALL, file_format), settings)
    assert decoded.info.mime == FORMATS[file_format]
    assert (decoded.info.width, decoded.info.height) == decoded.picture.size == (40, 30)
    assert decoded.picture.mode == "RGB"


def test_a_phone_jpeg_with_a_second_picture_is_a_jpeg(settings: Settings) -> None:
    content = as_file(SMALL, "MPO", save_all=True, append_images=[SMALL.rotate(180)])
    assert decode(content, settings).info.mime == "image/jpeg"


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_an_animation_gives_its_first_picture(file_format: str, settings: Settings) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    content = as_file(frames[0], file_format, save_all=True, append_images=frames[1:])
    near = np.asarray(decode(content, settings).picture, dtype=int) - RED
    assert abs(near).max() <= 3


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(
    file_format: str, orientation: int, settings: Settings
) -> None:
    content = as_file(turned(SMALL, orientation), file_format, exif=exif(orientation))
    decoded = decode(content, settings)
    assert decoded.picture.size == (decoded.info.width, decoded.info.height) == (40, 30)
    left, right = decoded.picture.getpixel((9, 9)), decoded.picture.getpixel((30, 20))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 150 > left[2], "the red circle is at the top left"
    assert right[2] > 150 > right[0], "the blue square is at the bottom right"


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_impossible_orientation_is_ignored(orientation: int, settings: Settings) -> None:
    content = as_file(SMALL, "JPEG", exif=exif(orientation))
    assert decode(content, settings).picture.size == (40, 30)


@pytest.mark.parametrize(
    ("picture", "file_format", "expected"),
    [
        (Image.new("CMYK", (4, 4), (0, 255, 255, 0)), "JPEG", RED),
        (Image.new("I;16", (4, 4), 32768), "PNG", (128, 128, 128)),
        (Image.new("I;16", (4, 4), 65535), "TIFF", WHITE),
        (Image.new("RGBA", (4, 4), (255, 0, 0, 0)), "PNG", WHITE),
        (Image.new("RGBA", (4, 4), (255, 0, 0, 255)), "WEBP", RED),
        (Image.new("LA", (4, 4), (0, 0)), "PNG", WHITE),
        (Image.new("LA", (4, 4), (128, 255)), "PNG", (128, 128, 128)),
        (Image.new("1", (4, 4), 1), "PNG", WHITE),
        (Image.new("1", (4, 4), 0), "TIFF", (0, 0, 0)),
        (Image.new("L", (4, 4), 77), "BMP", (77, 77, 77)),
        (Image.new("RGB", (4, 4), "red").convert("P"), "GIF", RED),
    ],
    ids=lambda value: value.mode if isinstance(value, Image.Image) else str(value),
)
def test_every_mode_becomes_plain_colour(
    picture: Image.Image, file_format: str, expected: tuple[int, ...], settings: Settings
) -> None:
    decoded = decode(as_file(picture, file_format), settings).picture
    near = np.asarray(decoded, dtype=int) - expected
    assert decoded.mode == "RGB"
    assert abs(near).max() <= 2


def test_a_transparent_palette_becomes_white(settings: Settings) -> None:
    palette = Image.new("RGB", (4, 4), "red").convert("P", palette=Image.Palette.ADAPTIVE)
    content = as_file(palette, "PNG", transparency=bytes([0] * 256))
    assert decode(content, settings).picture.getpixel((0, 0)) == WHITE


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_numbers_without_a_white_are_stretched(kind: type, settings: Settings) -> None:
    ramp: NDArray[Any] = np.linspace(-4000, 90000, 16).reshape(4, 4).astype(kind)
    decoded = np.asarray(decode(as_file(Image.fromarray(ramp), "TIFF"), settings).picture)
    assert (decoded[0, 0].max(), decoded[-1, -1].min()) == (0, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (2, 3)])
def test_tiny_and_thin_pictures_pass(size: tuple[int, int], settings: Settings) -> None:
    decoded = decode(as_file(Image.new("RGB", size)), settings)
    assert decoded.picture.size == size
    assert encode(decoded, 64).content


def test_damaged_bytes_never_raise_anything_else(settings: Settings) -> None:
    noise = random.Random(7)  # noqa: S311
    formats = {"JPEG", "PNG", "WEBP", "BMP", "GIF"}  # libtiff writes its complaints to stderr
    files = [
        as_file(SMALL, name, **({"exif": exif(6)} if name == "JPEG" else {})) for name in formats
    ]
    refused = 0
    for _ in range(1500):
        content = bytearray(noise.choice(files))
        for _ in range(noise.choice([1, 3, 20])):
            content[noise.randrange(min(len(content), 300))] = noise.randrange(256)
        try:
            assert decode(bytes(content), settings).picture.mode == "RGB"
        except GlimpseError:
            refused += 1
    assert refused > 100


def test_many_threads_decode_alike(settings: Settings) -> None:
    good, cut = as_file(scene(), "JPEG"), as_file(scene(), "JPEG")[:2000]

    def kind(content: bytes) -> str:
        try:
            return decode(content, settings).info.sha256
        except NotAnImage:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(kind, [good, cut] * 40))
    assert set(answers[::2]) == {decode(good, settings).info.sha256}
    assert set(answers[1::2]) == {"refused"}


@pytest.mark.parametrize(
    ("file_format", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("TIFF", "image/jpeg")]
)
def test_a_shown_picture_is_upright_bounded_and_bare(
    file_format: str, mime: str, settings: Settings
) -> None:
    content = as_file(turned(scene(), 6), file_format, exif=exif(6))
    shown = encode(decode(content, settings), 200)
    picture = Image.open(BytesIO(shown.content))
    assert (picture.size, shown.mime) == ((200, 150), mime)
    assert not picture.getexif()
    assert Image.open(BytesIO(encode(decode(content, settings)).content)).size == (400, 300)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def turned(picture: Image.Image, orientation: int) -> Image.Image:
    """The pixels a camera stores beside this orientation."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    return picture if undo is None else picture.transpose(undo)


def test_a_picture_too_long_for_jpeg_is_shown_all_the_same(settings: Settings) -> None:
    long = decode(as_file(Image.new("RGB", (70_000, 20))), settings)
    assert encode(long).mime == "image/png"
