"""A chosen picture, checked and made small enough to look at before anything is run on it."""

from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import streamlit as st

from core.config import Settings
from core.detection.images import decode, encode
from core.errors import NotAnImage, TooLarge
from core.permissions import Permission
from ui.components.boxview import SHOWN_SIDE, Shown, picture_only
from ui.errors import shown
from ui.guard import require
from ui.session import Source


@st.fragment
def preview(source: Source, settings: Settings, *, refused: bool, key: str) -> None:
    """The picture exactly where `detection_result`, a fragment too, will draw its boxes over it.

    What is wrong with it is shown here, unless `refused`: then it has been said already.
    """
    require(Permission.DETECT)
    with shown(), suppress(*((NotAnImage, TooLarge) if refused else ())):
        small = _small(sha256(source.content).hexdigest(), source.content, settings)
        picture_only(replace(small, alt=f"The chosen picture, {source.name}"), key=key)


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
