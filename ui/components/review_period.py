"""The period of a list: presets, own days, and how it is said. Days are whole, in UTC."""

from datetime import date

from core.clock import now
from core.review import periods
from core.review.periods import Preset
from core.review.words import Period, period_words

__all__ = ["ALL_TIME", "OWN_DAYS", "PRESETS", "Period", "days_of", "period_words", "preset_of"]

ALL_TIME, OWN_DAYS = "All time", "Own days"
PRESETS = {
    "This week": Preset.THIS_WEEK,
    "This month": Preset.THIS_MONTH,
    "Last 7 days": Preset.LAST_7,
    "Last 30 days": Preset.LAST_30,
    "Last 90 days": Preset.LAST_90,
}
_WORDS = {preset: words for words, preset in PRESETS.items()}


def preset_of(filter: Period, preferred: str | None = None) -> str:
    """The preset that means the same days today: `preferred`, where several do."""
    if filter.since is None and filter.until is None:
        return ALL_TIME
    wanted = PRESETS.get(preferred or "")
    found = periods.preset_of(filter.since, filter.until, now().date(), wanted)
    return OWN_DAYS if found is None else _WORDS[found]


def days_of(preset: str) -> tuple[date | None, date | None]:
    """The first and the last day; today is the last one of every preset."""
    if preset not in PRESETS:
        return None, None
    return periods.days_of(PRESETS[preset], now().date())
