"""The product as `make run` starts it, in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import httpx2

from core.config import ROOT
from db import embedded

ADMIN_PASSWORD = "a quiet first password"  # noqa: S105 - of a product that nobody keeps
METRICS_TOKEN = "a token for the metrics"  # noqa: S105 - likewise
START_LIMIT_S = 240
_START = (sys.executable, "-m", "streamlit", "run")
MODELS = f"""
[[detector]]
id = "shapes"
source = "{ROOT / "models" / "shapes-detector"}"
box_threshold = 0.32

[[generator]]
id = "reporter"
source = "{ROOT / "models" / "reporter"}"

[[generator]]
id = "pace"
source = "builtin:fake?tokens_per_second=100"
"""


class Product:
    """Its address, data and further settings outlast each process that serves them."""

    def __init__(
        self, data_dir: Path, models: str, settings: Mapping[str, str], script: str = "Home.py"
    ) -> None:
        data_dir.mkdir()
        (data_dir / "models.toml").write_text(MODELS + models)
        self.data_dir = data_dir
        self.environment = {**_environment(data_dir), **settings}
        self._script = script
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self.output: list[str] = []
        """The lines that it has written, of all its processes."""

    @property
    def pid(self) -> int:
        """Of the process that serves now."""
        return self._process.pid

    def start(self) -> None:
        """Return once the line with its address is there."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [
                *(*_START, self._script),
                *("--server.address", "127.0.0.1", "--server.port", str(self._port)),
            ],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        ready = threading.Event()

        def read() -> None:
            for line in self._process.stdout or ():
                self.output.append(line)
                if "Glimpse is at" in line:
                    ready.set()
            ready.set()

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()
        if not ready.wait(START_LIMIT_S) or self._process.poll() is not None:
            raise RuntimeError("The product did not start:\n" + "".join(self.output))

    def send(self, number: signal.Signals) -> None:
        """Send it, and wait for nothing."""
        self._process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Send the signal, which is what Ctrl-C sends, and wait for the process to be gone."""
        self.send(number)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def running_product(
    data_dir: Path,
    models: str = "",
    settings: Mapping[str, str] = MappingProxyType({}),
    script: str = "Home.py",
) -> Iterator[Product]:
    """A product that runs; at the end it is stopped as Ctrl-C would, and so is its database.

    Parameters
    ----------
    models : entries of models.toml besides the usual ones.
    settings : of the environment, besides the usual ones.
    script : what Streamlit is to run.
    """
    product = Product(data_dir, models, settings, script)
    try:
        product.start()
        yield product
    finally:
        product.stop()
        embedded.stop(data_dir / "database")  # left running where a killed product left it


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _environment(data_dir: Path) -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GLIMPSE_")}
    return clean | {
        "MALLOC_ARENA_MAX": "2",
        "GLIMPSE_DATA_DIR": str(data_dir),
        "GLIMPSE_MODELS_FILE": str(data_dir / "models.toml"),
        "GLIMPSE_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "GLIMPSE_METRICS_TOKEN": METRICS_TOKEN,
    }


def manage(product: Product, *arguments: str, typed: str = "") -> str:
    """Run `manage.py` beside the running product and return what it prints."""
    finished = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=product.environment,
        input=typed,
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout


def processor_seconds(pid: int) -> float:
    """What a process has computed so far, ended threads included; see proc_pid_stat(5)."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def metrics(product: Product) -> str:
    answer = httpx2.get(
        f"{product.address}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
    )
    answer.raise_for_status()
    return answer.text
