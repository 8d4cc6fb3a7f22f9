"""No call that changes anything can be made with a cookie by another site's page."""

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from core.ids import new_id
from core.workbench import Workbench
from tests.api.conftest import error_of


def _never() -> Workbench:
    raise AssertionError("asked at a request only")


_READING = {"get", "head", "options"}
UNSAFE = [
    ("post", "/auth/cookie"),  # not for programs, and so not in the schema
    *(
        (method, path)
        for path, methods in create_app(_never).openapi()["paths"].items()
        for method in sorted(methods.keys() - _READING)
    ),
]


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_a_cookie_sent_by_another_sites_page_changes_nothing(
    browser: TestClient, method: str, path: str
) -> None:
    address = "/".join(str(new_id()) if part.startswith("{") else part for part in path.split("/"))
    for origin in ("https://evil.example", "http://testserver.evil.example", "null"):
        answer = browser.request(method, address, json={"ticket": "a"}, headers={"Origin": origin})
        assert answer.status_code == 403
        assert error_of(answer)["code"] == "not_allowed"
