"""The batch page as its address: what is to be made, which job is open, and what is seen of it."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from core.jobs.result_types import Listed
from core.jobs.types import JobKind
from core.permissions import Permission
from ui.guard import require
from ui.view_address import Part, ViewAddress, from_one, number


class Layout(StrEnum):
    GALLERY = "gallery"
    TABLE = "table"


@dataclass(frozen=True)
class View:
    """`first` is the number of the list's first job, counted from the newest; a guide only.

    `sheet` is the page of the open job's results, from 1; `item` the one shown beside them.
    """

    new: JobKind = JobKind.DETECT
    cursor: str | None = None
    first: int = 1
    job: UUID | None = None
    listed: Listed = Listed.ALL
    layout: Layout = Layout.GALLERY
    sheet: int = 1
    item: int | None = None

    def opened(self, job: UUID | None) -> "View":
        """The same list, with another job open, or none."""
        return View(new=self.new, cursor=self.cursor, first=self.first, job=job)


_ADDRESS = ViewAddress(
    View,
    {
        "new": Part("a kind of job", JobKind),
        "cursor": Part(name="page"),
        "first": Part("a place in the list", from_one, "from"),
        "job": Part("a job", UUID),
        "listed": Part("which results to show", Listed, "show"),
        "layout": Part("how to show results", Layout, "as"),
        "sheet": Part("a page of results", from_one),
        "item": Part("a result", number),
    },
    "open this page from the menu",
)
view_in_address = _ADDRESS.read
show_in_address = _ADDRESS.write


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.BATCH)
    show_in_address(view)
