"""A chosen picture, checked and made small enough to look at before anything is run on it."""

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import streamlit as st

from core.config import Settings
from core.detection.images import decode, encode
from ui.components.boxview import SHOWN_SIDE, Shown
from ui.session import Source


def preview(source: Source, settings: Settings) -> Shown:
    """The picture as a `data:` URL. Raises what `core.detection.images.decode` does."""
    small = _small(sha256(source.content).hexdigest(), source.content, settings)
    return replace(small, alt=f"The chosen picture, {source.name}")


@st.cache_data(max_entries=16, show_spinner=False)
def _small(digest: str, _content: bytes, _settings: Settings) -> Shown:
    image = decode(_content, _settings)
    picture = encode(image, SHOWN_SIDE)
    return Shown(
        identity=digest,
        source=f"data:{picture.mime};base64,{b64encode(picture.content).decode()}",
        width=image.info.width,
        height=image.info.height,
        alt="",
    )
