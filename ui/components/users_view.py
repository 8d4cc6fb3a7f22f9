"""The users page as its address: whom it lists, in which order, and what stands beside the list."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from core.accounts.people_types import PeopleFilter, PeopleOrder
from core.accounts.types import UserState
from core.permissions import Permission, Role
from ui.guard import require
from ui.view_address import Part, ViewAddress, from_one


class Show(StrEnum):
    """What stands beside the list, where it is nobody of it."""

    NEW = "new"
    FILE = "file"


@dataclass(frozen=True)
class View:
    """`first` is the number of the page's first row; a guide, not a fact."""

    text: str = ""
    role: Role | None = None
    state: UserState | None = None
    order: PeopleOrder = PeopleOrder.NAME
    cursor: str | None = None
    first: int = 1
    user: UUID | None = None
    show: Show | None = None

    @property
    def filter(self) -> PeopleFilter:
        return PeopleFilter(self.text, self.role, self.state)

    @property
    def first_page(self) -> "View":
        return replace(self, cursor=None, first=1)

    def beside(self, user: UUID | None = None, show: Show | None = None) -> "View":
        """The same list with somebody, or something, else beside it."""
        return replace(self, user=user, show=show)


_ADDRESS = ViewAddress(
    View,
    {
        "text": Part(),
        "role": Part("a role", Role),
        "state": Part("a state of users", UserState),
        "order": Part("an order", PeopleOrder),
        "cursor": Part(name="page"),
        "first": Part("a place in the list", from_one, "from"),
        "user": Part("a user", UUID),
        "show": Part("what to show", Show),
    },
    "open this page from the menu",
)
view_in_address = _ADDRESS.read
show_in_address = _ADDRESS.write


def show(view: View) -> None:
    """Callback: show this view."""
    require(Permission.MANAGE_USERS)
    show_in_address(view)
