"""Structured logs: JSON lines on stderr, each with its trace id, none with personal data.

A line is ASCII: line ends, control characters and whatever else a terminal or a reader might take
for more than text stand in it as JSON's escapes.
A line's `event` is a constant name; what varies goes into named fields. Text under a name that
may hold a secret or something a person wrote is masked, and so are credentials inside messages
of other libraries. Exceptions are told by type and place: their messages quote what was sent.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from core import problems
from core.errors import GlimpseError
from core.masking import masked, without_credentials
from core.trace import current_trace_id

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parent.parent
_OURS = frozenset({"event", "exception", "level", "logger", "timestamp", "trace_id"})
"""Fields that this module writes itself."""
_SAFE_MESSAGES = (OSError, ImportError, MemoryError, RuntimeError)
"""Types whose messages tell of the machine, not of the request."""
_QUIET = (
    *("httpx", "httpx2", "httpcore", "httpcore2"),
    *("uvicorn.error", "PIL", "asyncio", "sqlalchemy", "alembic"),
    *("procrastinate", "psycopg", "fontTools"),
)
_CLIENTS_FAULTS = ("multipart", "python_multipart")
"""They warn of bodies that could not be read, which the answer has told already."""
_PER_REQUEST = "uvicorn.access"
"""Its lines hold whole addresses, search texts included; the API writes its own instead."""


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process, ours and the libraries', to `stream` (stderr).

    Parameters
    ----------
    level : least severe level written: "debug", "info", "warning" or "error".
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_trace_id,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe_exception,
        _mask,
        problems.remember,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    _adopt_libraries()


def take_over_stderr() -> None:
    """Have Python log what it would print there itself: warnings, and errors nobody caught.

    Their messages quote what was sent, and a printed trace is many lines.
    """
    logging.captureWarnings(True)
    threading.excepthook = _log_of_thread
    sys.unraisablehook = _log_unraisable


def _log_of_thread(failed: threading.ExceptHookArgs) -> None:
    thread = failed.thread.name if failed.thread else None
    log.error("thread_failed", thread=thread, exc_info=failed.exc_value)


def _log_unraisable(failed: "sys.UnraisableHookArgs") -> None:
    log.error("unraisable_error", exc_info=failed.exc_value)


def _adopt_libraries() -> None:
    """Take their own handlers from loggers that servers set up before us."""
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger) and logger.name.startswith(("uvicorn", "streamlit")):
            logger.handlers = []
            logger.propagate = logger.name != _PER_REQUEST
    logging.getLogger(_PER_REQUEST).propagate = False
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in _CLIENTS_FAULTS:
        logging.getLogger(name).setLevel(logging.ERROR)


def _add_trace_id(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event.setdefault("trace_id", current_trace_id())
    return event


def _mask(_logger: Any, _method: str, event: EventDict) -> EventDict:
    message = event.get("event")
    if isinstance(message, str):
        event["event"] = without_credentials(message)
    for name in event.keys() - _OURS:
        if not name.startswith("_"):  # structlog's own bookkeeping
            event[name] = masked(name, event[name])
    return event


def _describe_exception(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    """Replace `exc_info` by type and place of the error and of what caused it."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = [_description(each) for each in _chain(error)]
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )


def _description(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if isinstance(error, GlimpseError):
        told["code"] = error.code
    elif isinstance(error, _SAFE_MESSAGES):
        told["reason"] = without_credentials(str(error))
    told["at"] = [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return told


def _short(filename: str) -> str:
    """A path within the project, or from `site-packages` on."""
    path = Path(filename)
    if path.is_relative_to(_ROOT) and "site-packages" not in path.parts:
        return str(path.relative_to(_ROOT))
    return filename.rpartition("site-packages/")[2]
