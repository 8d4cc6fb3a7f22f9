"""The sample pictures as thumbnails to pick from."""

from base64 import b64encode
from functools import cache
from io import BytesIO

from PIL import Image

from ui.components.bundle import component
from ui.samples import Sample, samples

_SIDE = 160

_mount = component("samplepicker")


def sample_picker(picked: str | None, *, key: str) -> str | None:
    """All samples, with the one whose file is `picked` marked. Returns the file just clicked."""
    told = _mount(
        key=key, data={"samples": _thumbnails(), "picked": picked}, on_picked_change=_heard
    )
    file: str | None = told.get("picked")
    return file


def _heard() -> None:
    """Streamlit wants a callback for every event; the rerun that follows is all that is needed."""


@cache
def _thumbnails() -> list[dict[str, str]]:
    return [
        {"file": s.file, "title": s.title, "note": s.note, "source": _thumbnail(s)}
        for s in samples()
    ]


def _thumbnail(sample: Sample) -> str:
    with Image.open(sample.path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((_SIDE, _SIDE))
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=75)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"
