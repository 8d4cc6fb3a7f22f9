"""A line between browser and product that can be cut, as no browser's own switch does it: in
Chromium, what is already open goes on while “offline”."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_CHUNK = 2**16


class Line:
    """Carries connections from its address to the product's, unless it is cut."""

    def __init__(self, listener: socket.socket, product: str) -> None:
        self._listener = listener
        to = urlsplit(product)
        self._product = (to.hostname, to.port)
        self._open: list[socket.socket] = []
        self._whole = True
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def cut(self) -> None:
        """Break every connection, and each new one from now on."""
        self._whole = False
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._whole = True

    def serve(self) -> None:
        """Until the listener is closed."""
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._whole:
                    near.close()
                    continue
                far = socket.create_connection(self._product)
                self._open += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(one, other), daemon=True).start()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while chunk := one.recv(_CHUNK):
            other.sendall(chunk)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(product: str) -> Iterator[Line]:
    """A line to the product at this address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(listener, product)
        threading.Thread(target=line.serve, daemon=True).start()
        yield line
        line.cut()
