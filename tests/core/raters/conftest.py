"""The small world of ratings that reviewing is tested on."""

from tests.core.review.conftest import world

__all__ = ["world"]
