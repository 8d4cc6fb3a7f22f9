"""Who uses a server: the last of them stops it, if it was started for them.

Each holds a shared lock while it does, which the kernel takes back however it ends. A file beside
it says that the server was started for such a user, and not to stay.
"""

import os
from pathlib import Path

from db.embedded import launcher, lock

_MARK = "stops-with-its-last-user"


class Share:
    """This process's use of the server in `home`; made before the server is looked for."""

    def __init__(self, home: Path) -> None:
        self._home = home.expanduser().resolve()
        with launcher.explained(self._home):
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held = lock.share(self._home)

    def begin(self) -> str:
        """Make and start the server as far as needed, as `ensure`; its address."""
        if not lock.server_lives(self._home):
            (self._home / _MARK).touch(mode=0o600)
        return launcher.ensure(self._home)

    def leave(self) -> None:
        """Use it no more; whoever is the last stops it, unless it is to stay."""
        try:
            if lock.is_last(self._held) and (self._home / _MARK).exists():
                launcher.stop(self._home)
        finally:
            os.close(self._held)


def keep(home: Path) -> None:
    """Let the server go on after its last user."""
    (home.expanduser().resolve() / _MARK).unlink(missing_ok=True)
