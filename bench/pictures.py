"""Pictures to ask for: a shipped sample, again and again, and never the same file twice."""

from io import BytesIO

from PIL import Image

from core.config import ROOT

PROMPT = "pink heart. green cloud. orange arrow. blue bolt. red cross."
PHRASES = tuple(phrase.strip() for phrase in PROMPT.split(".") if phrase.strip())
SAMPLE = ROOT / "ui" / "samples" / "stickers.png"


def several(count: int) -> list[bytes]:
    """Files that differ in one pixel, so that no answer to one is an answer to another."""
    with Image.open(SAMPLE) as opened:
        picture = opened.convert("RGB")
    files = []
    for number in range(count):
        picture.putpixel((0, 0), (0, number >> 8 & 255, number & 255))
        file = BytesIO()
        picture.save(file, "PNG")
        files.append(file.getvalue())
    return files
