"""How long each kind of thing is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.config import Settings

_ATTEMPTS = timedelta(days=2)
_SESSIONS = timedelta(days=30)
"""After their end; until then they say from where somebody usually signs in."""
_LIMIT_USES = timedelta(days=90)
_JOB_FILES = timedelta(days=7)
"""After the job's end; until then what is left of it can be tried again."""


def oldest_kept(settings: Settings, now: datetime) -> Mapping[str, datetime]:
    """For each kind, as `Counts` names them, from when on it is kept; those kept for ever are
    left out."""
    spans = {
        "runs": _days(settings.keep_runs_days),
        "pictures": _days(settings.keep_images_days),
        "audit_entries": _days(settings.keep_audit_days),
        "sign_in_attempts": _ATTEMPTS,
        "sessions": _SESSIONS,
        "limit_uses": _LIMIT_USES,
        "jobs": _days(settings.keep_runs_days),
        "job_files": _JOB_FILES,
    }
    return {kind: now - span for kind, span in spans.items() if span is not None}


def _days(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
