"""Finds the browser the tests drive, and installs Debian's Chromium where there is none."""

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
        sys.exit("The browser tests need Chromium or Chrome on the PATH; install one.")
    root = [] if os.geteuid() == 0 else ["sudo"]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*root, "apt-get", "update", "-qq"], check=True, env=quiet)
    subprocess.run(
        [*root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        check=True,
        env=quiet,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    if executable() is None:
        _install()
    sys.stdout.write(f"browser: {executable()}\n")
