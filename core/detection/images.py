"""The one way into the product for pictures: checked, decoded, upright, RGB."""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from types import MappingProxyType

from PIL import Image, UnidentifiedImageError

from core.config import Settings
from core.detection.pixels import DAMAGE, as_rgb, upright
from core.detection.types import ImageInfo, Picture
from core.errors import Invalid, NotAnImage, TooLarge

FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "JPEG": "image/jpeg",
        "PNG": "image/png",
        "WEBP": "image/webp",
        "BMP": "image/bmp",
        "TIFF": "image/tiff",
        "GIF": "image/gif",
    }
)
"""What is accepted, found from the bytes alone; names and extensions are never trusted."""

_ACCEPTED = "JPEG, PNG, WebP, BMP, TIFF or GIF"
_MULTI_PICTURE_JPEG = "MPO"
_LOSSLESS = frozenset({"image/png", "image/gif", "image/bmp"})
_SMALL_PIXELS = 1_000_000
_JPEG_SIDE = 65_500
_at_once = threading.BoundedSemaphore(4)
"""The largest picture takes up to a gigabyte while its colours are converted."""


@dataclass(frozen=True)
class DecodedImage:
    """`picture` is upright RGB, of the size that `info` says; `content` is the file as it came."""

    info: ImageInfo
    picture: Image.Image
    content: bytes


class PictureFile:
    """An uploaded file, as it came; decoded only where its pixels are needed, and once.

    Raises
    ------
    Invalid : no file.
    TooLarge : more bytes than `settings` allow.
    NotAnImage : empty.
    """

    def __init__(self, content: bytes | None, settings: Settings) -> None:
        self.content = _checked(content, settings)
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self._settings = settings

    @cached_property
    def decoded(self) -> DecodedImage:
        """The picture; of an animation or a stack, the first one.

        Raises
        ------
        TooLarge : more pixels than the settings allow.
        NotAnImage : damaged, cut off or of a format that is not accepted.
        """
        with _at_once, _opened(self.content, self._settings.max_image_pixels) as opened:
            file_format = "JPEG" if opened.format == _MULTI_PICTURE_JPEG else str(opened.format)
            picture = _loaded(opened)
        info = ImageInfo(self.sha256, FORMATS[file_format], *picture.size)
        return DecodedImage(info, picture, self.content)


def decode(content: bytes | None, settings: Settings) -> DecodedImage:
    """Check and decode an uploaded file at once; raises what `PictureFile` does."""
    return PictureFile(content, settings).decoded


def check_beginning(content: bytes | None, settings: Settings) -> None:
    """Raise what `decode` would, as far as the size and the first bytes of the file tell."""
    _opened(_checked(content, settings), settings.max_image_pixels).close()


def _checked(content: bytes | None, settings: Settings) -> bytes:
    if content is None:
        raise Invalid(f"No picture was given; choose a {_ACCEPTED} file.")
    if not content:
        raise NotAnImage(f"The file is empty (0 bytes); choose a {_ACCEPTED} file.")
    if len(content) > settings.max_image_bytes:
        raise TooLarge(
            f"The file has {_megabytes(len(content))}; at most "
            f"{_megabytes(settings.max_image_bytes)} are allowed. Make it smaller.",
            facts={"bytes": len(content), "max_bytes": settings.max_image_bytes},
        )
    return content


def encode(image: DecodedImage, max_side: int | None = None) -> Picture:
    """The picture for showing, its longer side at most `max_side` pixels, without metadata.

    PNG for small pictures that came without loss, and where a side is too long for JPEG; else JPEG.
    """
    picture = smaller(image.picture, max_side)
    buffer = BytesIO()
    small = picture.width * picture.height <= _SMALL_PIXELS
    if (image.info.mime in _LOSSLESS and small) or max(picture.size) > _JPEG_SIDE:
        picture.save(buffer, "PNG")
        return Picture(buffer.getvalue(), "image/png")
    picture.save(buffer, "JPEG", quality=90)
    return Picture(buffer.getvalue(), "image/jpeg")


def smaller(picture: Image.Image, max_side: int | None) -> Image.Image:
    """The picture itself where its longer side is at most `max_side` pixels, else a small copy."""
    if max_side is None or max(picture.size) <= max_side:
        return picture
    copy = picture.copy()
    copy.thumbnail((max_side, max_side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return copy


def _opened(content: bytes, max_pixels: int) -> Image.Image:
    try:
        opened = Image.open(BytesIO(content), formats=list(FORMATS))
    except UnidentifiedImageError as error:
        raise NotAnImage(
            f"This is not a picture in an accepted format; choose a {_ACCEPTED} file.",
            facts={"allowed": list(FORMATS)},
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels("far more", max_pixels) from error
    except DAMAGE as error:
        raise _damaged() from error
    if opened.width * opened.height > max_pixels:
        pixels = f"{opened.width} × {opened.height}"
        opened.close()
        raise _too_many_pixels(pixels, max_pixels)
    return opened


def _loaded(opened: Image.Image) -> Image.Image:
    try:
        opened.load()
        return as_rgb(upright(opened))
    except (Image.DecompressionBombError, *DAMAGE) as error:
        raise _damaged() from error


def _too_many_pixels(pixels: str, max_pixels: int) -> TooLarge:
    return TooLarge(
        f"The picture has {pixels} pixels; at most {max_pixels / 1e6:g} million are allowed. "
        "Make it smaller.",
        facts={"max_pixels": max_pixels},
    )


def _damaged() -> NotAnImage:
    return NotAnImage(
        "The picture is damaged or cut off; choose the original file, or save it anew."
    )


def _megabytes(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
