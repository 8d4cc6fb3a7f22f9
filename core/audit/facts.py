"""What an entry may say of things that hold names or words of people."""

from collections.abc import Collection, Mapping, Sequence

from db.repositories.accounts import AccountRepository
from db.session import Session


def filter_facts(
    session: Session,
    query: Mapping[str, str | Sequence[str]],
    people: Collection[str],
    texts: Collection[str],
) -> dict[str, object]:
    """A filter, as its `to_query` gave it, fit for the log.

    Limits of `people` are told by ids (None: nobody has that name), those of `texts` by length.
    """
    accounts = AccountRepository(session)
    facts: dict[str, object] = {}
    for name, said in query.items():
        if name in people:
            found = accounts.user(str(said))
            facts[f"{name}_id"] = None if found is None else str(found.id)
        elif name in texts:
            facts[f"{name}_chars"] = len("".join(said))
        else:
            facts[name] = said
    return facts
