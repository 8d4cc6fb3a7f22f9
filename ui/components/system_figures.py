"""Caches, ratings that wait, jobs, the database and the disk, in short lines."""

from collections.abc import Sequence

import streamlit as st

from core.permissions import Permission
from core.system.types import DatabaseStatus, Queue, SystemStatus
from ui.components.system_words import count, of_most, share
from ui.errors import shown
from ui.guard import require
from ui.resources import workbench
from ui.session import session
from ui.text import ago, plain, size

Fact = tuple[str, str]
_JOB_STATES = ("queued", "running", "done", "failed", "cancelled")


def system_figures(status: SystemStatus) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        _table("This process", _here(status), "")
        _features(status)
        _table("Jobs", _jobs(status.queue), "of all processes")
    with right:
        _table("Database", _database(status.database), "of all processes")


def _table(title: str, rows: Sequence[Fact], whose: str) -> None:
    st.markdown(f"**{title}** :small[:gray[{whose}]]")
    st.table(
        [{"": name, "value": value} for name, value in rows],
        border="horizontal",
        hide_index=True,
        hide_header=True,
    )


def _here(status: SystemStatus) -> list[Fact]:
    outbox, disk = status.outbox, status.disk
    waiting = count(outbox.waiting, "rating")
    if outbox.oldest_at is not None:
        waiting += f", the oldest {ago(outbox.oldest_at)}"
    if outbox.refused:
        waiting += f"; {outbox.refused:,} refused, see Feedback"
    answers = share(status.answers.known, status.answers.asked)
    memory = status.process.memory_bytes
    return [
        ("Detections known already", answers),
        ("Waiting for the database", waiting),
        ("Memory", "not told by this system" if memory is None else size(memory)),
        ("Disk free", f"{of_most(disk.free, disk.total)} at {plain(disk.path)}"),
    ]


def _features(status: SystemStatus) -> None:
    """The way to clear what detectors keep, where any keeps something."""
    stats = [each.standing.stats for each in status.models]
    kept = sum(each.cache_entries for each in stats if each is not None)
    if kept:
        st.button(
            f"Clear the features of {count(kept, 'picture')}",
            key="system-clear-features",
            help="The next request for each of them takes a little longer",
            on_click=_clear_features,
        )


def _jobs(queue: Queue) -> list[Fact]:
    states = [f"{queue.jobs[state]:,} {state}" for state in _JOB_STATES if queue.jobs.get(state)]
    workers = count(queue.workers, "worker")
    seen = f", last heard of {ago(queue.heartbeat)}" if queue.heartbeat else ""
    return [
        ("Jobs", ", ".join(states) or "none yet"),
        ("Items to do", f"{queue.items:,}"),
        (
            "Queue",
            f"{queue.waiting:,} waiting, {queue.doing:,} in work, {queue.failed:,} failed",
        ),
        ("Workers", workers + seen),
    ]


def _database(database: DatabaseStatus) -> list[Fact]:
    kind = "embedded" if database.embedded else "external"
    schema = "the newest" if database.schema_is_newest else "not the newest: start again"
    longest = f", the longest for {database.longest_s:.1f} s" if database.longest_s else ""
    return [
        ("PostgreSQL", f"{plain(database.version)}, {kind}"),
        ("Size", size(database.bytes)),
        ("Connections", f"{database.connections:,} of {database.most_connections:,}"),
        ("Statements now", f"{database.running:,}{longest}"),
        ("Schema", f"{plain(database.schema)}, {schema}"),
        ("Figures repaired", ago(database.repaired_at)),
        ("Answered in", f"{database.ping_ms:,.0f} ms"),
    ]


def _clear_features() -> None:
    actor = require(Permission.MANAGE_SYSTEM)
    with shown():
        workbench().system.clear_features(actor)
        session().system_told = "The features of pictures are cleared."
