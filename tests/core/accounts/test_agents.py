"""A browser's long name for itself, told in short."""

import pytest

from core.accounts.agents import browser_of

_MOZILLA = "Mozilla/5.0"
_KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"{_MOZILLA} (X11; Linux x86_64) {_KHTML} Chrome/140 Safari/537.36", "Chromium on Linux"),
        (f"{_MOZILLA} (Windows NT 10.0) {_KHTML} Chrome/140 Safari Edg/140", "Edge on Windows"),
        (f"{_MOZILLA} (Windows NT 10.0; rv:140.0) Gecko Firefox/140.0", "Firefox on Windows"),
        (
            f"{_MOZILLA} (Macintosh; Intel Mac OS X) {_KHTML} Version/18 Safari/605",
            "Safari on macOS",
        ),
        (f"{_MOZILLA} (iPhone; like Mac OS X) {_KHTML} Version/18 Safari/605", "Safari on iOS"),
        (
            f"{_MOZILLA} (Linux; Android 15) {_KHTML} Chrome/140 Mobile Safari",
            "Chromium on Android",
        ),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.5 on Linux", None),
        ("<script>alert(1)</script>", None),
        ("", None),
        (None, None),
    ],
)
def test_browser_and_system_are_told(said: str | None, told: str | None) -> None:
    assert browser_of(said) == told
