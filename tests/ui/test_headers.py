"""Headers of every answer, and the policy of the pages."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from core.config import Settings
from ui.headers import SecurityHeaders, page_policy

GRANTS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true"}
OWN = "default-src 'none'; sandbox"


async def _page(_request: Request) -> Response:
    return HTMLResponse("<p>")


async def _data(_request: Request) -> Response:
    return JSONResponse({}, headers=GRANTS)


async def _strict(_request: Request) -> Response:
    return PlainTextResponse("", headers={"Content-Security-Policy": OWN})


def served(settings: Settings) -> TestClient:
    routes = [Route("/page", _page), Route("/data", _data), Route("/strict", _strict)]
    return TestClient(SecurityHeaders(Starlette(routes=routes), lambda: settings))


@pytest.mark.parametrize("path", ["/page", "/data", "/strict", "/nowhere"])
def test_every_answer_carries_them_and_grants_other_sites_nothing(
    settings: Settings, path: str
) -> None:
    headers = served(settings).get(path, headers={"Origin": "https://evil.example"}).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert not [name for name in headers if name.startswith("access-control-")]
    assert "Strict-Transport-Security" not in headers


def test_pages_data_and_the_careful_have_each_their_policy(settings: Settings) -> None:
    client = served(settings)
    policies = {
        path: client.get(path).headers["Content-Security-Policy"]
        for path in ("/page", "/data", "/strict")
    }
    assert policies["/page"] == page_policy()
    assert policies["/data"].startswith("default-src 'none';")
    assert policies["/strict"] == OWN


@pytest.mark.parametrize(
    ("address", "sent"), [("https://glimpse.example", True), ("http://x", False)]
)
def test_only_who_is_reached_by_https_insists_on_it(
    settings: Settings, address: str, sent: bool
) -> None:
    headers = served(settings.model_copy(update={"public_url": address})).get("/page").headers
    assert ("Strict-Transport-Security" in headers) is sent


def test_pages_run_their_own_scripts_only_and_name_no_other_host() -> None:
    policy = dict(part.split(" ", 1) for part in page_policy().split("; "))
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "eval" not in page_policy()
    assert "://" not in page_policy()
    assert "*" not in page_policy()
    assert policy["frame-ancestors"] == policy["object-src"] == policy["default-src"] == "'none'"


def test_each_inline_script_of_streamlits_page_is_named_by_its_hash() -> None:
    index = Path(file_util.get_static_dir(), "index.html").read_text("utf-8")
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", index, re.DOTALL)
    assert inline
    for script in inline:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in page_policy()
