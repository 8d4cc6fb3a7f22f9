"""`transformers serve`, a server of OpenAI's format that this project had no hand in."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from core.config import ROOT

REPORTER = ROOT / "models" / "reporter"
_PATIENCE_S = 120


class Serve:
    """One server on a port of its own, which it keeps when started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port: int = listener.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}/v1"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers. It loads what it is asked for, and nothing from the network."""
        program = str(Path(sys.executable).with_name("transformers"))
        command = [program, "serve", "--host", "127.0.0.1"]
        options = ["--port", str(self._port), "--device", "cpu", "--dtype", "float32"]
        own = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(self._folder), "OMP_NUM_THREADS": "1"}
        with (self._folder / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options], env=os.environ | own, stdout=log, stderr=log
            )
        until = time.monotonic() + _PATIENCE_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "serve.log").read_text()
            assert time.monotonic() < until, "it does not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """At once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port)).close()
        except ConnectionRefusedError:
            return False
        return True


def endless_reporter(folder: Path) -> Path:
    """The bundled writer without its sign for the end: it writes until it is stopped."""
    folder.mkdir()
    for file in REPORTER.iterdir():
        if file.name in ("config.json", "generation_config.json"):
            held = json.loads(file.read_text()) | {"eos_token_id": None}
            (folder / file.name).write_text(json.dumps(held))
        else:
            (folder / file.name).symlink_to(file)
    return folder
