"""What was changed in a text, marked in it."""

from html import escape

import streamlit as st

from core.feedback.difference import Change, Piece, difference

_BLOCK = (
    "white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; overflow: auto; "
    "padding: 0.5rem 0.75rem; border-radius: 0.25rem; background: rgba(128, 128, 128, 0.1)"
)
_REMOVED = "text-decoration: line-through; background: rgba(213, 94, 0, 0.22)"
_ADDED = "text-decoration: underline; font-weight: 600; background: rgba(0, 158, 115, 0.22)"


def text_diff(before: str, after: str) -> None:
    """`after` with what it has and lacks against `before`, for any two texts.

    Added words are underlined and bold, removed ones struck through; colour only helps.
    """
    pieces = difference(before, after)
    st.html(_as_html(pieces))
    st.caption(_legend(pieces))


def _as_html(pieces: tuple[Piece, ...]) -> str:
    """The texts are somebody's and stand as they are: nothing in them is a tag."""
    marked = "".join(_marked(piece) for piece in pieces)
    return f'<div tabindex="0" role="group" aria-label="Changes" style="{_BLOCK}">{marked}</div>'


def _marked(piece: Piece) -> str:
    if piece.change is Change.KEPT:
        return escape(piece.text)
    text = escape(piece.text.replace("\n", "↵\n"))  # a line end alone would show no mark
    if piece.change is Change.REMOVED:
        return f'<del style="{_REMOVED}">{text}</del>'
    return f'<ins style="{_ADDED}">{text}</ins>'


def _legend(pieces: tuple[Piece, ...]) -> str:
    changes = {piece.change for piece in pieces}
    parts = []
    if Change.REMOVED in changes:
        parts.append("struck through: removed")
    if Change.ADDED in changes:
        parts.append("underlined: added")
    return "; ".join(parts).capitalize() if parts else "Nothing was changed"
