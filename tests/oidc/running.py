"""The provider of `tests.oidc.provider` in a process of its own, stopped and started at will."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx2

from bench.product import free_port
from core.config import ROOT
from tests.oidc.provider import CLIENT_ID, CLIENT_SECRET

_PATIENCE_S = 30


class RunningProvider:
    """Its address stays the same when it is started again; what it knew is gone."""

    def __init__(self) -> None:
        self._port = free_port()
        self.issuer = f"http://127.0.0.1:{self._port}"

    def settings(self) -> dict[str, str]:
        """What a product needs to know to sign in here."""
        return {
            "GLIMPSE_OIDC_METADATA_URL": f"{self.issuer}/.well-known/openid-configuration",
            "GLIMPSE_OIDC_CLIENT_ID": CLIENT_ID,
            "GLIMPSE_OIDC_CLIENT_SECRET": CLIENT_SECRET,
        }

    def start(self) -> None:
        """Return when it answers."""
        command = [sys.executable, "-m", "tests.oidc.provider", str(self._port)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        until = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, "the provider ended"
            assert time.monotonic() < until, "the provider does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()

    def next(self, subject: str, claims: Mapping[str, object], **wrong: bool) -> None:
        """Whoever asks for a sign-in from now on is `subject`; `wrong` is as in `Next`."""
        told = {"claims": {"sub": subject, **claims}, **wrong}
        httpx2.post(f"{self.issuer}/next", json=told).raise_for_status()

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.issuer}/keys").is_success
        except httpx2.ConnectError:
            return False


@contextmanager
def running_provider() -> Iterator[RunningProvider]:
    provider = RunningProvider()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
