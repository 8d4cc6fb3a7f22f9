"""Pictures so thin that resizing would lose them are padded first."""

from PIL import Image

PADDING = (127, 127, 127)
_LONGEST_ASPECT = 16
_FRAME_SIDE = 4096


def extent_of(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height, in pixels of the original, of what the model sees."""
    least = -(-max(size) // _LONGEST_ASPECT)
    return max(size[0], least), max(size[1], least)


def framed(image: Image.Image) -> Image.Image:
    """The picture for the model: `extent_of` it, the original at the top left.

    A padded one is made smaller first: a frame around 1 x 25,000,000 pixels fits no memory.
    """
    extent = extent_of(image.size)
    if extent == image.size:
        return image
    scale = min(1.0, _FRAME_SIDE / max(image.size))
    kept = _scaled(image.size, scale)
    frame = Image.new("RGB", _scaled(extent, scale), PADDING)
    frame.paste(image if kept == image.size else image.resize(kept))
    return frame


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
