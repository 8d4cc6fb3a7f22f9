"""Finds the browser to drive, and installs Debian's Chromium where there is none."""

import os
import shutil
import subprocess
import sys

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _install() -> None:
    if not shutil.which("apt-get"):
        sys.exit(
            "Tests and figures in the browser need Chromium or Chrome on the PATH; install one."
        )
    root = [] if os.geteuid() == 0 else ["sudo"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in ("update", "install -y --no-install-recommends chromium"):
        subprocess.run(  # noqa: S603 - nothing in it comes from outside
            [*root, "apt-get", "-qq", *step.split()],
            check=True,
            env=quiet,
            stdout=subprocess.DEVNULL,
        )


if __name__ == "__main__":
    if executable() is None:
        _install()
    sys.stdout.write(f"browser: {executable()}\n")
