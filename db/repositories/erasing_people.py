"""Removing what is somebody's own beside their runs, and words in their ratings."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.repositories.erasing_runs import WORDS

_OWN: Sequence[str] = (
    "delete from jobs where user_id = :person",
    "delete from procrastinate_jobs where lock = cast(:person as text) and status <> 'doing'",
    """
    update feedback_events set before = before - :said, after = after - :said
    where rater_id = :person and (before ?| :said or after ?| :said)
    """,
    "update missed_boxes set label = '' where user_id = :person and label <> ''",
    """
    delete from rating_requests q where user_id = :person and not exists (
        select from feedback f where f.run_id = q.run_id and f.user_id = q.user_id
    )
    """,
    "delete from saved_views where owner_id = :person",
    "delete from prompts where owner_id = :person and not (shared and archived_at is null)",
    "delete from sign_in_attempts where account = any(:accounts)",
    "delete from rating_drafts where user_id = :person",
    "delete from api_keys where user_id = :person",
    "delete from sessions where user_id = :person",
    "delete from identities where user_id = :person",
    "delete from limits where user_id = :person",
)
_RENAMED = """
update saved_views set query = jsonb_set(query, :place, to_jsonb(cast(:tombstone as text)))
where lower(query #>> :place) = lower(:name)
"""
"""In the filters of other people's views."""


class PersonErasing:
    """What is somebody's beside their runs. `person` is the id, `name` the username."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def due(self, moment: datetime) -> Sequence[UUID]:
        asked = text("select id from users where erase_at <= :moment order by id")
        return self._session.scalars(asked, {"moment": moment}).all()

    def is_erased(self, person: UUID) -> bool:
        erased = text(
            "select exists (select from users where id = :person and erased_at is not null)"
        )
        return bool(self._session.scalar(erased, {"person": person}))

    def ratings(self, person: UUID, after: UUID | None, size: int) -> Sequence[UUID]:
        """The next of the person's ratings, held; by id."""
        held = text(
            "select id from feedback where user_id = :person"
            " and (cast(:after as uuid) is null or id > :after) order by id limit :size for update"
        )
        given = {"person": person, "after": after, "size": size}
        return self._session.scalars(held, given).all()

    def tags_of_nobody_else(
        self, person: UUID, ratings: Sequence[UUID], known: Sequence[str]
    ) -> list[str]:
        """Of the tags of these ratings those that are not `known` and nobody else uses."""
        own = text(
            "select tag from (select distinct unnest(tags) as tag from feedback"
            " where id = any(:ratings)) as used where tag <> all(:known) and not exists"
            " (select from feedback where tags @> array[tag] and user_id <> :person)"
        )
        given = {"person": person, "ratings": list(ratings), "known": list(known)}
        return list(self._session.scalars(own, given).all())

    def clear_ratings(self, ratings: Sequence[UUID], tags: Sequence[str]) -> None:
        """Remove the words of ratings that are held, and these tags."""
        cleared = text(
            """
            update feedback set
                comment = '', corrected_text = null, idempotency_key = null, request_hash = null,
                tags = array(
                    select tag from unnest(tags) with ordinality as given (tag, place)
                    where tag <> all(:tags) order by place
                )
            where id = any(:ratings)
            """
        )
        self._session.execute(cleared, {"ratings": list(ratings), "tags": list(tags)})
        unlabelled = text(
            "update missed_boxes m set label = '' from feedback f where f.id = any(:ratings)"
            " and m.run_id = f.run_id and m.user_id = f.user_id and m.label <> ''"
        )
        self._session.execute(unlabelled, {"ratings": list(ratings)})

    def clear_rest(self, person: UUID, name: str, tombstone: str) -> None:
        """Remove all else; in other people's views the tombstone takes the place of the name."""
        self._session.execute(text("set local statement_timeout = 0"))
        given = {
            "person": person,
            "said": [*WORDS, "tags"],
            "accounts": [name.lower(), name.casefold()],
        }
        for statement in _OWN:
            self._session.execute(text(statement), given)
        for field in ("user", "assignee"):
            renamed = {"place": ["filter", field], "tombstone": tombstone, "name": name}
            self._session.execute(text(_RENAMED), renamed)
