"""Processor time of a rerun with the models loaded, against without: ``python -m bench.rerun_cpu``.

The same small page twice, in a real browser: served by a process that has started as Glimpse does,
models loaded, and by bare Streamlit. What is counted is the server's processor time, of many clicks
on a button; with the models that process does the rest of its work meanwhile, jobs left out.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bench.bare import serving
from bench.chromium import FLAGS, executable
from bench.figures import tell
from bench.product import processor_seconds, running_product
from bench.workbenches import folder
from core.config import ROOT

GOAL = 1.3
_TURNS, _CLICKS = 6, 25
_PATIENCE_MS = 120_000
_PAGE = """
import streamlit as st

st.session_state.count = st.session_state.get("count", 0) + 1
st.title("A page")
st.selectbox("One of", ["a", "b", "c"])
st.slider("How much", 0.0, 1.0)
st.button("Again")
st.write(f"Run {st.session_state.count}")
"""
_APP = """
import streamlit as st

from ui.lifespan import lifespan

app = st.App("page.py", lifespan=lifespan)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=_TURNS, help=f"of {_CLICKS} clicks each")
    turns = parser.parse_args().turns
    expect.set_options(timeout=_PATIENCE_MS)
    with (
        folder() as place,
        _with_models(place / "ours") as ours,
        serving(_page_in(place / "bare")) as bare,
        _browser() as browser,
    ):
        sides = [(_clicking(browser, address), pid) for address, pid in (ours, bare)]
        spent = [0.0, 0.0]
        for _ in range(turns):
            for side, (click, pid) in enumerate(sides):
                before = processor_seconds(pid)
                click()
                spent[side] += processor_seconds(pid) - before
    one, other = (side / turns / _CLICKS * 1000 for side in spent)
    tell(
        "server's processor time of a rerun, models loaded",
        f"{one / other:.2f} x that of a bare Streamlit ({one:.1f} ms against {other:.1f} ms, "
        f"{turns * _CLICKS} reruns)",
        f"<= {GOAL} x",
        one <= GOAL * other,
    )


@contextmanager
def _with_models(place: Path) -> Iterator[tuple[str, int]]:
    """The page in a process that holds what Glimpse holds; its address and process id."""
    app = _page_in(place) / "app.py"
    app.write_text(_APP)
    settings = {"GLIMPSE_WORKER": "none", "PYTHONPATH": str(ROOT)}
    with running_product(place / "data", settings=settings, script=str(app)) as product:
        yield product.address, product.pid


def _page_in(place: Path) -> Path:
    place.mkdir(mode=0o711)
    (place / "page.py").write_text(_PAGE)
    return place


def _clicking(browser: Browser, address: str) -> Callable[[], None]:
    """Opens the page; each call clicks so many times, each once the run before has ended."""
    page = browser.new_page()
    page.goto(address)
    run = 1
    _shows(page, run)

    def click() -> None:
        nonlocal run
        for _ in range(_CLICKS):
            run += 1
            page.get_by_role("button", name="Again").click()
            _shows(page, run)

    click()
    return click


def _shows(page: Page, run: int) -> None:
    expect(page.get_by_text(f"Run {run}", exact=True)).to_be_visible()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
