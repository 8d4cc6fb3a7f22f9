"""One picture saved in many ways: the bundled model finds the same in all of them."""

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from core.config import ROOT, Settings
from core.detection.images import decode
from core.detection.types import Detection, above
from core.inference.registry import ModelRegistry
from core.inference.types import DetectorRequest
from tests.core.detection.pictures import as_file, scene
from tests.core.detection.test_images import exif, turned

SAMPLE = ROOT / "ui" / "samples" / "first-shapes.png"
PHRASES = ("red circle", "blue square", "yellow triangle", "green star", "circle", "square")
MOST_PIXELS_OFF = 2
SHOWN = 0.35

Maker = Callable[[Image.Image], bytes]


def png_16_bit(picture: Image.Image) -> bytes:
    """RGB or RGBA with 16 bits a channel, which Pillow reads but does not write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    levels = np.asarray(picture).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in levels)
    colour = {"RGB": 2, "RGBA": 6}[picture.mode]
    header = struct.pack(">IIBBBBB", *picture.size, 16, colour, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def grey_16_bit(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)


def cut_out(picture: Image.Image) -> Image.Image:
    """What is white becomes transparent, over a black that must not be seen."""
    levels = np.asarray(picture.convert("RGBA")).copy()
    levels[(levels[..., :3] == 255).all(axis=-1)] = 0
    return Image.fromarray(levels)


def orientation(number: int) -> Maker:
    return lambda picture: as_file(
        turned(picture, number), "JPEG", quality=95, subsampling=0, exif=exif(number)
    )


COLOURED: dict[str, Maker] = {
    **{f"EXIF orientation {number}": orientation(number) for number in range(1, 9)},
    "CMYK JPEG": lambda p: as_file(p.convert("CMYK"), "JPEG", quality=95, subsampling=0),
    "CMYK TIFF": lambda p: as_file(p.convert("CMYK"), "TIFF"),
    "16-bit RGB PNG": png_16_bit,
    "16-bit RGBA PNG": lambda p: png_16_bit(p.convert("RGBA")),
    "palette PNG": lambda p: as_file(p.quantize(256)),
    "palette GIF": lambda p: as_file(p.quantize(256), "GIF"),
    "palette with transparency": lambda p: as_file(cut_out(p).quantize(256), "PNG"),
    "opaque alpha PNG": lambda p: as_file(p.convert("RGBA")),
    "transparent white PNG": lambda p: as_file(cut_out(p)),
    "transparent white WebP": lambda p: as_file(cut_out(p), "WEBP", lossless=True),
    "YCbCr TIFF": lambda p: as_file(p.convert("YCbCr"), "TIFF"),
    "BMP": lambda p: as_file(p, "BMP"),
}
GREY: dict[str, Maker] = {
    "16-bit PNG": lambda p: as_file(grey_16_bit(p)),
    "16-bit TIFF": lambda p: as_file(grey_16_bit(p), "TIFF"),
    "8-bit JPEG": lambda p: as_file(p.convert("L"), "JPEG", quality=100),
    "alpha PNG": lambda p: as_file(p.convert("LA")),
    "palette PNG": lambda p: as_file(p.convert("L").quantize(256)),
}


@pytest.fixture(scope="module", params=["scene", "sample"])
def picture(request: pytest.FixtureRequest) -> Image.Image:
    return scene() if request.param == "scene" else Image.open(SAMPLE).convert("RGB")


def shown(detectors: ModelRegistry, content: bytes, settings: Settings) -> tuple[Detection, ...]:
    image = decode(content, settings)
    _, detector = detectors.detector()
    request = DetectorRequest(image.picture, image.info.sha256, PHRASES)
    return above(detector.detect(request).detections, SHOWN)


def assert_same(found: tuple[Detection, ...], expected: tuple[Detection, ...]) -> None:
    assert expected
    assert len(found) == len(expected)
    for one in expected:
        edges = [
            max(abs(vars(one.box)[edge] - vars(other.box)[edge]) for edge in vars(one.box))
            for other in found
            if other.label == one.label
        ]
        assert min(edges, default=np.inf) <= MOST_PIXELS_OFF, one


@pytest.mark.parametrize("variant", COLOURED)
def test_a_variant_gives_the_same_boxes(
    variant: str, picture: Image.Image, detectors: ModelRegistry, settings: Settings
) -> None:
    expected = shown(detectors, as_file(picture), settings)
    assert_same(shown(detectors, COLOURED[variant](picture), settings), expected)


@pytest.mark.parametrize("variant", GREY)
def test_a_grey_variant_gives_the_boxes_of_the_grey_picture(
    variant: str, picture: Image.Image, detectors: ModelRegistry, settings: Settings
) -> None:
    expected = shown(detectors, as_file(picture.convert("L")), settings)
    assert_same(shown(detectors, GREY[variant](picture), settings), expected)
