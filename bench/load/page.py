"""An open page, as a browser's script holds it: Streamlit's socket, without a browser."""

from types import TracebackType
from typing import Self

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from core.accounts.types import COOKIE_NAME

_PATIENCE_S = 60
_WHOLE = ForwardMsg.FINISHED_SUCCESSFULLY


class PageError(Exception):
    """The page says that something went wrong; the text is what it says."""


class OpenPage:
    """One tab. It asks for runs of its script and hears them out; it shows nothing.

    What a browser would ask for beside the socket (files, pictures, tokens) is not asked for.
    """

    def __init__(self, address: str, cookie: str, path: str = "") -> None:
        self._path = path
        self._script = ""
        self._socket = connect(
            f"{address.replace('http', 'ws', 1)}/_stcore/stream",
            origin=Origin(address),
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": f"{COOKIE_NAME}={cookie}"},
            max_size=None,
            ping_interval=None,  # no browser does
            open_timeout=_PATIENCE_S,
        )

    def run(self) -> None:
        """Have the script run and return at its end: the first time as opened, then as rerun.

        Raises
        ------
        PageError : it showed an error, or did not run to its end.
        TimeoutError, ConnectionClosed : from the socket.
        """
        asked = BackMsg()
        asked.rerun_script.page_name = self._path
        asked.rerun_script.page_script_hash = self._script
        asked.rerun_script.context_info.timezone = "Etc/UTC"
        self._socket.send(asked.SerializeToString())
        said = None
        while True:
            told = self._told()
            kind = told.WhichOneof("type")
            if kind == "new_session":
                self._script = told.new_session.page_script_hash
            elif kind == "delta":
                said = said or _error_in(told)
            elif kind == "script_finished":
                if said is None and told.script_finished != _WHOLE:
                    said = f"the script ended with status {told.script_finished}"
                break
        if said is not None:
            raise PageError(said)

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _told(self) -> ForwardMsg:
        content = self._socket.recv(_PATIENCE_S)
        told = ForwardMsg()
        told.ParseFromString(content if isinstance(content, bytes) else content.encode())
        return told


def _error_in(told: ForwardMsg) -> str | None:
    element = told.delta.new_element
    kind = element.WhichOneof("type")
    if kind == "exception":
        return f"{element.exception.type}: {element.exception.message}"
    if kind == "alert" and element.alert.format == Alert.ERROR:
        return element.alert.body.partition("\n")[0]
    return None
