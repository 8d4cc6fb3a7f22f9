"""A real Prometheus that scrapes a running product, with the shipped configuration and rules."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench.product import METRICS_TOKEN, Product, free_port
from bench.steps import wait_until
from core.config import ROOT

SHIPPED = ROOT / "deploy" / "prometheus"
_SHIPPED_TARGET, _SHIPPED_TOKEN = "app:8501", "/run/secrets/glimpse_metrics_token"


class Prometheus:
    """Its HTTP API, as far as it is asked here."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.Client(base_url=address, timeout=30)

    def ask(self, path: str, values: Mapping[str, str | float] | None = None) -> Any:
        """The `data` of an answer; `RuntimeError` where a query is refused."""
        answer = self._client.get(f"/api/v1/{path}", params=dict(values or {})).json()
        if answer["status"] != "success":
            raise RuntimeError(f"{answer['error']}: {values}")
        return answer["data"]

    def scrapes(self) -> bool:
        try:
            targets = self.ask("targets")["activeTargets"]
        except httpx2.HTTPError:
            return False
        return [target["health"] for target in targets] == ["up"]

    def close(self) -> None:
        self._client.close()


@contextmanager
def scraping(product: Product, place: Path) -> Iterator[Prometheus]:
    """A Prometheus of its own, which reads once a second; the rules are looked at as often."""
    program = shutil.which("prometheus")
    if program is None:
        raise RuntimeError("There is no “prometheus” on the PATH; install it, on Debian with apt.")
    place.mkdir()
    token = place / "token"
    token.write_text(METRICS_TOKEN)
    settings = (SHIPPED / "prometheus.yml").read_text()
    for shipped, here in (
        (_SHIPPED_TARGET, product.address.removeprefix("http://")),
        (_SHIPPED_TOKEN, str(token)),
        ("15s", "1s"),
    ):
        if shipped not in settings:
            raise RuntimeError(f"{shipped} is not in {SHIPPED / 'prometheus.yml'} any more.")
        settings = settings.replace(shipped, here)
    (place / "prometheus.yml").write_text(settings)
    shutil.copy(SHIPPED / "rules.yml", place)
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - the one on the PATH
        [
            program,
            f"--config.file={place / 'prometheus.yml'}",
            f"--storage.tsdb.path={place / 'series'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--enable-feature=exemplar-storage",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    prometheus = Prometheus(f"http://127.0.0.1:{port}")
    try:
        wait_until(prometheus.scrapes, 30)
        yield prometheus
    finally:
        prometheus.close()
        process.terminate()
        process.wait()
