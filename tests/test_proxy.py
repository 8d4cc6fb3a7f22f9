"""Behind the shipped proxy, by TLS: pages, events as they come, sockets, pictures, addresses."""

import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright
from websockets.sync.client import connect

from bench.chromium import FLAGS, executable
from bench.product import Product, free_port, manage, running_product
from bench.steps import detect_sample, wait_until
from core.config import ROOT

CADDY = shutil.which("caddy")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CADDY is None, reason="Caddy is not installed"),
]

ANALYST, PASSWORD = "wei", "boxes by the dozen"
ELSEWHERE = "127.0.0.9"
"""An address of this machine's, from which nobody else comes."""


@dataclass(frozen=True)
class Site:
    product: Product
    address: str
    authority: Path
    key: str
    admin_key: str

    def client(self, key: str | None = None, come_from: str | None = None) -> httpx2.Client:
        verify = ssl.create_default_context(cafile=self.authority)
        return httpx2.Client(
            base_url=self.address,
            headers={"Authorization": f"Bearer {key or self.key}"},
            transport=httpx2.HTTPTransport(verify=verify, local_address=come_from),
            timeout=60,
        )


@pytest.fixture(scope="module")
def site(open_folder: Path) -> Iterator[Site]:
    port, place = free_port(), open_folder / "proxy"
    address = f"https://localhost:{port}"
    with running_product(open_folder / "var", settings={"GLIMPSE_PUBLIC_URL": address}) as product:
        manage(
            *(product, "users", "add", ANALYST, "--role", "analyst", "--password-stdin"),
            typed=PASSWORD,
        )
        keys = [
            manage(product, "keys", "add", name, "--label", "x").split()[-1]
            for name in (ANALYST, "admin")
        ]
        with caddy(place, address, product.address.removeprefix("http://")) as authority:
            yield Site(product, address, authority, *keys)


@contextmanager
def caddy(place: Path, address: str, upstream: str) -> Iterator[Path]:
    """The shipped configuration; only plain HTTP has a port of the test's. Gives Caddy's own CA."""
    place.mkdir()
    file = place / "Caddyfile"
    shipped = (ROOT / "deploy" / "proxy" / "Caddyfile").read_text()
    file.write_text(shipped.replace("admin off", f"admin off\n\thttp_port {free_port()}"))
    environment = {
        **os.environ,
        **dict.fromkeys(("XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(place)),
        "GLIMPSE_SITE": address,
        "GLIMPSE_TLS": "internal",
        "GLIMPSE_UPSTREAM": upstream,
    }
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(file)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _accepts(address), 30)
            yield place / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        finally:
            process.terminate()


def _accepts(address: str) -> bool:
    try:
        httpx2.get(f"{address}/healthz", verify=False)
    except httpx2.TransportError:
        return False
    return True


def test_a_page_works_through_its_socket(site: Site) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page(base_url=site.address, ignore_https_errors=True)
        page.set_default_timeout(30_000)
        page.goto("/detection")
        page.get_by_label("Username", exact=True).fill(ANALYST)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Detect")).to_be_visible(timeout=30_000)
        cookies = {cookie.get("name"): cookie for cookie in page.context.cookies()}
        assert cookies["__Host-glimpse_session"].get("secure")
        detect_sample(page, "Stickers")
        browser.close()


def test_the_browser_is_told_to_stay_with_tls(site: Site) -> None:
    with site.client() as client:
        answer = client.get("/healthz")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_events_come_one_by_one(site: Site) -> None:
    body = {"prompt": "Write", "model": "pace", "max_new_tokens": 150, "stream": True}
    came = []
    with site.client() as client, client.stream("POST", "/api/v1/generate", json=body) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            if line.startswith("event: token"):
                came.append(time.monotonic())
    assert len(came) == 150
    gaps = np.diff(came)
    assert came[-1] - came[0] > 1.2  # written at 100 tokens a second
    assert gaps.max() < 0.5, "held back on the way"


def test_a_program_has_a_socket(site: Site) -> None:
    came = []
    with connect(
        f"{site.address.replace('https', 'wss')}/api/v1/generate/ws",
        additional_headers={"Authorization": f"Bearer {site.key}"},
        ssl=ssl.create_default_context(cafile=site.authority),
    ) as socket:
        socket.send(json.dumps({"prompt": "Write", "model": "pace", "max_new_tokens": 2000}))
        for message in socket:
            came.append(json.loads(message))
            if len(came) == 50:
                socket.send(json.dumps({"type": "stop"}))
    assert came[-1]["event"] == "done"
    assert 49 <= len(came) < 500


def test_a_large_picture_goes_through_and_a_larger_one_is_refused_in_our_words(site: Site) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2500, 2600, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(noise).save(file, "PNG", compress_level=1)
    assert 18_000_000 < len(file.getvalue()) < 20 * 2**20
    with site.client() as client:
        for content, status in ((file.getvalue(), 200), (file.getvalue() + bytes(2**21), 413)):
            answer = client.post(
                "/api/v1/detect", files={"image": content}, data={"prompt": "red circle."}
            )
            assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == "too_large"


def test_the_address_is_the_clients_own_whatever_it_says(site: Site) -> None:
    claimed = {"X-Forwarded-For": "203.0.113.7", "Forwarded": "for=203.0.113.7"}
    with site.client(site.admin_key, come_from=ELSEWHERE) as client:
        client.get("/api/v1/audit/export", headers=claimed).raise_for_status()
        entries = client.get("/api/v1/audit", params={"limit": 5}).json()["entries"]
    assert "export" in entries[0]["action"]
    assert entries[0]["address"] == ELSEWHERE


def test_a_restart_is_waited_for_and_a_longer_one_told(site: Site) -> None:
    site.product.stop()
    began = time.monotonic()
    with site.client() as client:
        answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "10"
        assert 8 < time.monotonic() - began < 20
        site.product.start()
        assert client.get("/readyz").status_code == 200
