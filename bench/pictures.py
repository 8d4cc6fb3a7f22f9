"""Pictures to ask for: a shipped sample, again and again, and never the same file twice."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from core.config import ROOT

PROMPT = "pink heart. green cloud. orange arrow. blue bolt. red cross."
PHRASES = tuple(phrase.strip() for phrase in PROMPT.split(".") if phrase.strip())
SAMPLE = ROOT / "ui" / "samples" / "stickers.png"


def fresh() -> Iterator[bytes]:
    """Files that differ in one pixel, so that no answer to one is an answer to another."""
    with Image.open(SAMPLE) as opened:
        picture = opened.convert("RGB")
    for number in range(2**24):
        picture.putpixel((0, 0), (number >> 16, number >> 8 & 255, number & 255))
        file = BytesIO()
        picture.save(file, "PNG", compress_level=1)
        yield file.getvalue()
