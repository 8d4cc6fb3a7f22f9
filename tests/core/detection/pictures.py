"""Pictures drawn for tests, as files."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

PROMPT = "red circle. blue square."
CIRCLE, SQUARE = (40, 40, 140, 140), (250, 150, 350, 250)


def scene() -> Image.Image:
    """400 x 300 pixels: a red circle at the top left, a blue square at the bottom right."""
    picture = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse(CIRCLE, fill=(220, 30, 30))
    draw.rectangle(SQUARE, fill=(30, 60, 210))
    return picture


def as_file(picture: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()
