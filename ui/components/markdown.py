"""Markdown that a model wrote, as HTML in which nothing can run and nothing is fetched."""

import re
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_MOST_CHARS = 100_000
_SHOWN_ANYWAY = {"paragraph_open", "paragraph_close", "inline", "code_block"}
_SHOWN_ANYWAY_INLINE = {"text", "text_special", "softbreak", "hardbreak"}
_LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
_FORMULA = re.compile(
    r"\$\$.{1,2000}?\$\$|\$(?!\s)[^$\n]{1,500}(?<!\s)\$(?!\d)|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]",
    re.DOTALL,
)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - as the library calls it
        return _LINK.match(url) is not None


@lru_cache(maxsize=64)
def formatted(text: str) -> str | None:
    """`text` as HTML; None where formatting would show nothing that the text itself does not.

    Tags stand as text, pictures as their description and address, LaTeX as it was written. Links
    lead to `http`, `https` and `mailto` only.
    """
    if len(text) > _MOST_CHARS:
        return None
    tokens = _MARKDOWN.parse(text)
    deepest = max((token.level for token in tokens), default=0)
    if deepest >= _MARKDOWN.options.maxNesting - 1 or not any(map(_formats, tokens)):
        return None  # the parser drops what lies deeper
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _formats(token: Token) -> bool:
    inside = token.children or ()
    return token.type not in _SHOWN_ANYWAY or any(
        one.type not in _SHOWN_ANYWAY_INLINE for one in inside
    )


def _formula(state: StateInline, silent: bool) -> bool:
    """LaTeX is passed over whole: its stars, underscores and backslashes are its own."""
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.append_pending(found.group())
    state.pos = found.end()
    return True


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    image = tokens[at]
    described = renderer.renderInlineAsText(image.children, options, env)
    return escapeHtml(f"{described} ({image.attrs['src']})".strip())


def _link(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[at].attrs |= {"target": "_blank", "rel": "noopener noreferrer nofollow"}
    return renderer.renderToken(tokens, at, options, env)


def _parser() -> MarkdownIt:
    parser = _Markdown("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    return parser


_MARKDOWN = _parser()
