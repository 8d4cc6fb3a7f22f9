"""Many people added at once, from a file."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from core.accounts import passwords
from core.accounts.base import AccountPart
from core.accounts.list_file import read_list
from core.accounts.people import add
from core.accounts.people_types import CheckedList, NewUser, Problem
from core.errors import Invalid
from core.permissions import Actor, Permission
from db.repositories.people import PeopleRepository

_HASHERS = 2
"""Fewer than may hash at once, so that there is always room for somebody's sign-in."""
_PROBLEMS_TOLD = 5


class Newcomers(AccountPart):
    def check_list(self, actor: Actor, content: bytes) -> CheckedList:
        """What a CSV file of newcomers says, and each line of it that cannot be used.

        Raises `Invalid` for a file that cannot be read at all.
        """
        actor.require(Permission.MANAGE_USERS)
        read = read_list(content)
        with self.database.unit_of_work() as session:
            taken = PeopleRepository(session).taken(
                newcomer.username.lower() for _, newcomer in read.newcomers
            )
        known = [
            Problem(line, newcomer.username, "There is already a user of that name.")
            for line, newcomer in read.newcomers
            if newcomer.username.lower() in taken
        ]
        usable = [line for line in read.newcomers if line[1].username.lower() not in taken]
        problems = sorted((*read.problems, *known), key=lambda problem: problem.line)
        return CheckedList(tuple(usable), tuple(problems))

    def add_list(
        self,
        actor: Actor,
        content: bytes,
        on_progress: Callable[[int, int], object] | None = None,
    ) -> tuple[NewUser, ...]:
        """Add everybody in the file with a temporary password; all of them, or nobody.

        Ten people take about a second: passwords are slow to hash. `on_progress` hears how many
        of how many are hashed.

        Raises
        ------
        Invalid : a line cannot be used; `facts["problems"]` holds each with its reason.
        Conflict : somebody took one of the names meanwhile.
        """
        checked = self.check_list(actor, content)
        if checked.problems:
            raise _refused(checked)
        newcomers = [newcomer for _, newcomer in checked.newcomers]
        made = [passwords.generated() for _ in newcomers]
        hashes = []
        for done, password_hash in enumerate(_hashed(made), 1):
            hashes.append(password_hash)
            if on_progress is not None:
                on_progress(done, len(made))
        with self.database.unit_of_work() as session:
            return tuple(
                NewUser(
                    add(session, actor, each.username, each.role, hash, temporary=True), password
                )
                for each, password, hash in zip(newcomers, made, hashes, strict=True)
            )


def _hashed(made: Sequence[str]) -> Iterator[str]:
    with ThreadPoolExecutor(_HASHERS) as pool:
        yield from pool.map(passwords.hashed, made)


def _refused(checked: CheckedList) -> Invalid:
    problems = checked.problems
    told = [f"line {each.line}: {each.reason}" for each in problems[:_PROBLEMS_TOLD]]
    more = len(problems) - len(told)
    rest = f" And {more} more." if more else ""
    count = len(problems) + len(checked.newcomers)
    return Invalid(
        f"{len(problems)} of {count} lines cannot be used, so nobody was added; {' '.join(told)}"
        f"{rest}",
        facts={"problems": [vars(each) for each in problems]},
    )
