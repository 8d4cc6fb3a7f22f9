"""Texts that would like to be more than text, and what a browser shows when one of them is."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page

HOST = "evil.invalid"
MARKUP = (
    "<script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    f"<img src=//{HOST}/a.png>",
    f"<style>@import 'https://{HOST}/b.css'</style>",
    f"<iframe src=https://{HOST}/></iframe><svg onload=window.__pwned=1>",
    "<!-- owned -->",
)
MARKDOWN = (
    f"![a](https://{HOST}/c.png)",
    "[a](javascript:window.__pwned=1)",
    "[a](data:text/html,<script>1</script>)",
    f"https://{HOST}/d www.{HOST} owned@{HOST}",
    "# Owned\n\n- Owned\n\n1. Owned\n\n> Owned",
    "| Owned | b |\n|---|---|\n| Owned | d |",
)
STREAMLIT = (
    ":blue-badge[Owned] :red[Owned] :small[Owned] :alien: :material/skull:",
    r"$$\def\x{\x\x}\x$$ $\frac{1}{2}$",
)
UNICODE = (
    "\u202egnp.exe\u2066",
    "ze\u200bro",
    "Z" + "\u0301\u0320" * 60,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 12,
    "w" * 300,
)
ELSEWHERE = ("=1+1", "@SUM(A1)", "'; drop table users; --")
WALL = "\n\n".join((*MARKUP, *MARKDOWN, *STREAMLIT, *UNICODE, *ELSEWHERE))
LINE = " ".join(" ".join((*STREAMLIT, *MARKUP, *MARKDOWN)).split())
TAGS = (
    "<img src=x onerror=window.__pwned=1>",
    f"![a](https://{HOST}/e.png)",
    ":red[Owned] :material/skull:",
    "$\\frac{1}{2}$ `Owned`",
    "\u202egnp.exe",
    "# Owned",
)
USERNAME = f"www.{HOST}"

_FOUND = (
    ".katex",
    "iframe, object, embed, base",
    "[onerror], [onload]",
    f"[src*='{HOST}'], [style*='{HOST}']",
    f"a[href*='{HOST}'], a[href^='javascript:'], a[href^='data:']",
    "[aria-label='skull icon']",
)
_MADE = "h1, h2, h3, h4, h5, h6, li, blockquote, td, strong, em, [class*=Badge], [class*=colored]"
_LOOK = r"""([found, made]) => {
  const inside = (root) => [...root.querySelectorAll("*")].map(e => e.shadowRoot).filter(Boolean);
  const all = (root, selector) =>
    [...root.querySelectorAll(selector)].concat(...inside(root).map(e => all(e, selector)));
  const text = all(document, "body").map(e => e.innerText).join();
  const turned = all(document, "*").filter(e => !e.closest("pre, textarea, script, style"))
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && /[\u202a-\u202e]/.test(n.data)))
    .filter(e => getComputedStyle(e).display === "inline")
    .filter(e => getComputedStyle(e).unicodeBidi === "normal");
  return [
    ...turned,
    ...all(document, found),
    ...all(document, made).filter(e => e.textContent.trim() === "Owned"),
  ].filter(e => !e.closest("[data-testid=tokenstream-formatted]"))
   .map(e => e.outerHTML.slice(0, 300))
   .concat(window.__pwned ? ["a script ran"] : [])
   .concat(text.includes("\u{1F47D}") ? ["an emoji was made"] : []);
}"""
_TELL = """document.addEventListener('securitypolicyviolation', (e) => {
  console.error(`violated ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`);
})"""
_BASE_PATH_IS_LOOKED_FOR = ("/_stcore/health", "/_stcore/host-config")
_FALLS_BACK = "violated script-src wasm-eval"
"""A library of Streamlit's asks whether WebAssembly may be made, and counts without it."""


def made_of_text(page: Page) -> list[str]:
    """What stands on the page that texts of ours should never have become.

    A model's text may be looked at as the Markdown that it is, with headings and links.
    """
    found: list[str] = page.evaluate(_LOOK, [", ".join(_FOUND), _MADE])
    return found


@dataclass
class Watch:
    """What goes wrong in a browser profile from now on."""

    address: str
    heard: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(_TELL)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.heard.append(f"thrown: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", self._request)

    def take(self) -> list[str]:
        """What was heard since this was last asked."""
        heard, self.heard = self.heard, []
        return heard

    def _console(self, message: Any) -> None:
        expected = message.location["url"].endswith(_BASE_PATH_IS_LOOKED_FOR)
        if message.type == "error" and not expected and not message.text.startswith(_FALLS_BACK):
            self.heard.append(f"error: {message.text[:300]} {message.location['url']}")

    def _dialog(self, dialog: Any) -> None:
        self.heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:")):
            self.heard.append(f"asked another host: {request.url[:200]}")
        if request.url.startswith(f"{self.address}/media/"):
            self.heard.append(f"put where Streamlit serves it to all: {request.url}")
