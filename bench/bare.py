"""A bare Streamlit page as a peer: nothing but the dashboard's charts, out of constants."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.product import START_LIMIT_S, free_port
from bench.steps import wait_until
from core.config import ROOT
from core.review.chart_types import Charts
from core.review.types import Kpis

_PAGE = """
import json
from pathlib import Path

import streamlit as st

@st.cache_resource
def charts():
    return json.loads(Path("charts.json").read_text())

st.selectbox("Rating from", [1, 2, 3, 4, 5], index=None)
for name, spec, alt in charts():
    st.vega_lite_chart(None, spec, key=name, height=290, on_select="rerun", alt=alt)
"""
_WRITE_CONSTANTS = """
import json, pickle, sys
from ui.components import review_charts_models, review_charts_phrases, review_charts_ratings
from ui.components import review_charts_scores, review_charts_settings, review_charts_tags
from ui.components import review_charts_trend

charts, kpis = pickle.load(sys.stdin.buffer)
drawings = [
    review_charts_ratings.ratings_chart(kpis),
    review_charts_trend.trend_chart(charts.trend),
    review_charts_models.models_chart(charts.models),
    *map(review_charts_settings.settings_chart, charts.settings),
    review_charts_phrases.phrases_chart(charts.phrases),
    review_charts_scores.scores_chart(charts.scores),
    review_charts_tags.tags_chart(charts.tags),
]
constants = [(d.name, {**d.spec, "datasets": d.data}, d.alt) for d in drawings]
sys.stdout.write(json.dumps(constants, default=dict))
"""


@dataclass(frozen=True)
class BarePage:
    address: str
    pid: int
    charts: int


@contextmanager
def bare_page(place: Path, charts: Charts, kpis: Kpis) -> Iterator[BarePage]:
    """Served by a process of its own that holds nothing of ours, with Streamlit's own settings."""
    written = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _WRITE_CONSTANTS],
        cwd=ROOT,
        input=pickle.dumps((charts, kpis)),
        capture_output=True,
        check=True,
    ).stdout
    place.mkdir()
    (place / "charts.json").write_bytes(written)
    (place / "page.py").write_text(_PAGE)
    with serving(place) as (address, pid):
        yield BarePage(address, pid, len(json.loads(written)))


@contextmanager
def serving(place: Path) -> Iterator[tuple[str, int]]:
    """Address and process id of the page in that folder, with Streamlit's own settings."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "streamlit", "run", "page.py", "--server.headless", "true"),
            *("--server.address", "127.0.0.1", "--server.port", str(port)),
            *("--browser.gatherUsageStats", "false"),
        ],
        cwd=place,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(address), START_LIMIT_S)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait()


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310 - our own address
            return True
    except (URLError, OSError):
        return False
