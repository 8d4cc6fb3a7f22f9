"""From what a file holds to upright RGB with 8 bits."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's decoders raise on damaged files; `Warning` where warnings are made errors.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
    Warning,
)


def upright(picture: Image.Image) -> Image.Image:
    """Turn a loaded picture as its EXIF says. Pillow turns TIFF itself and drops the tag."""
    turn = _UPRIGHT.get(_orientation(picture))
    return picture if turn is None else picture.transpose(turn)


def _orientation(opened: Image.Image) -> int:
    """EXIF orientation, 1 to 8; broken metadata does not make a picture unreadable."""
    try:
        value = opened.getexif().get(ExifTags.Base.Orientation, 1)
    except DAMAGE:
        return 1
    return value if isinstance(value, int) else 1


def as_rgb(picture: Image.Image) -> Image.Image:
    """RGB with 8 bits; transparency becomes white."""
    if picture.mode.startswith("I;16"):
        levels = np.asarray(picture).astype(np.uint16)
        return Image.fromarray(((levels + 128.0) / 257).astype(np.uint8)).convert("RGB")
    if picture.mode in ("I", "F"):
        return _stretched(np.asarray(picture, dtype=np.float64))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def _stretched(levels: NDArray[np.float64]) -> Image.Image:
    """Numbers without a defined white: the darkest becomes black, the lightest white."""
    finite = np.where(np.isfinite(levels), levels, 0.0)
    low, high = float(finite.min()), float(finite.max())
    scaled = (finite - low) / (high - low or 1.0) * 255
    return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")
