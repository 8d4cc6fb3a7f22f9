"""The two ends of a line: the process that takes ratings, and a client's connection to it."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from core.config import ROOT

Answer = dict[str, str]


class Server:
    """The process that takes ratings, started again after each kill."""

    def __init__(self, folder: Path, url: str) -> None:
        self._command = [sys.executable, "-m", "tests.core.feedback.faults.served"]
        self._command += [str(folder), url]
        self.address = str(folder / "app.socket")
        self._log = (folder / "app.log").open("ab")

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, stdout=self._log, stderr=self._log
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        self.kill()
        self._log.close()


class Line:
    """One client's connection. `ask` returns None where it broke before the answer."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def ask(self, asked: dict[str, Any]) -> Answer | None:
        try:
            file = self._connected().makefile("rwb")
            with file:
                file.write(json.dumps(asked).encode() + b"\n")
                file.flush()
                line = file.readline()
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            self.close()
            return None
        answer: Answer = json.loads(line)
        return answer

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        while self._socket is None:
            fresh = socket.socket(socket.AF_UNIX)
            try:
                fresh.connect(self._address)
                self._socket = fresh
            except OSError:
                fresh.close()
                time.sleep(0.02)
        return self._socket
