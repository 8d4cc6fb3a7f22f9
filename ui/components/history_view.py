"""The history page's view as its address: the filter, the place in the list, the comparison."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from core.permissions import Permission
from core.review.filters import FIRST_DAY, LAST_DAY
from core.runs.types import HistoryFilter, RunStatus, Task
from ui.guard import require
from ui.view_address import Part, ViewAddress, flag, from_one


@dataclass(frozen=True)
class View:
    """`since` and `until` are whole days in UTC, both included; `picture` is a SHA-256 in hex.

    `first` is the number of the list's first run, counted from the newest; a guide, not a fact.
    """

    text: str | None = None
    task: Task | None = None
    model: str | None = None
    status: RunStatus | None = None
    rated: bool | None = None
    since: date | None = None
    until: date | None = None
    picture: str | None = None
    cursor: str | None = None
    first: int = 1
    compared: tuple[UUID, UUID] | None = None

    @property
    def filter(self) -> HistoryFilter:
        return HistoryFilter(
            text=self.text or "",
            task=self.task,
            model=self.model,
            status=self.status,
            rated=self.rated,
            since=_start(self.since),
            until=_start(self.until and self.until + timedelta(days=1)),
            image_sha256=self.picture,
        )

    @property
    def from_newest(self) -> "View":
        """The same filter at its first page."""
        return replace(self, cursor=None, first=1, compared=None)


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, UTC) if day else None


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError
    return day


def _two_runs(text: str) -> tuple[UUID, UUID]:
    one, other = map(UUID, text.split())
    return one, other


_ADDRESS = ViewAddress(
    View,
    {
        "text": Part(),
        "task": Part("a task", Task),
        "model": Part(),
        "status": Part("a state of runs", RunStatus),
        "rated": Part("rated or unrated runs", flag),
        "since": Part("a day to begin with", _day),
        "until": Part("a day to end with", _day),
        "picture": Part(),
        "cursor": Part(name="page"),
        "first": Part("a place in the list", from_one, "from"),
        "compared": Part("two runs to compare", _two_runs, "compare"),
    },
    "show all runs and filter anew",
)
view_in_address = _ADDRESS.read
show_in_address = _ADDRESS.write


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.HISTORY)
    show_in_address(view)
