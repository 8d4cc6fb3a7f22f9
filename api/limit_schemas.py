"""Limits as they are set."""

from pydantic import Field

from api.schemas import Request
from core.limits.types import Quota


class QuotaIn(Request):
    """All three are to be said: null sets no limit."""

    per_minute: int | None = Field(description="requests")
    per_day: int | None = Field(description="pictures of a detection, tokens of a generation; UTC")
    streams: int | None = Field(description="texts at the same time; null for detection")

    @property
    def quota(self) -> Quota:
        return Quota(self.per_minute, self.per_day, self.streams)
