"""Whether the counts that the dashboard reads agree with what they count."""

from dataclasses import dataclass

from core.audit.recording import record
from core.audit.types import Action
from core.permissions import Actor
from db.repositories.reconcile import Drift, ReconcileRepository
from db.session import Database

_CHECK_S = 20


@dataclass(frozen=True)
class Check:
    good: bool
    text: str


def reconcile(database: Database, actor: Actor) -> list[Drift]:
    """Count everything anew, and repair what is wrong; how many counts of each table were.

    Ratings and runs wait only where there is something to repair.
    """
    with database.unit_of_work() as session:
        found = ReconcileRepository(session).drift()
    if not any(drift.keys for drift in found):
        return found
    with database.unit_of_work() as session:
        repaired = ReconcileRepository(session).repair()
        counts = {drift.table: drift.keys for drift in repaired if drift.keys}
        record(session, actor, Action.COUNTS_REPAIRED, after=counts)
    return repaired


def check(database: Database) -> Check:
    """A quick look at the sums."""
    with database.unit_of_work() as session:
        totals = ReconcileRepository(session).totals(_CHECK_S)
    if totals.agree:
        return Check(True, f"agree with {totals.ratings[0]:,} ratings of {totals.runs[0]:,} runs.")
    return Check(False, "do not agree with the ratings; use: manage.py db reconcile.")
