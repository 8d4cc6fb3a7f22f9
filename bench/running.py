"""The product to measure: as `make run` starts it, with an account to use it."""

from collections.abc import Iterator
from contextlib import contextmanager

from bench.product import Product, manage, running_product
from bench.workbenches import folder

ANALYST, WORDS = "wei", "boxes by the dozen"
"""The account's name, and what to sign in with."""


@contextmanager
def running() -> Iterator[Product]:
    """A product that nobody else uses; gone at the end, with all it stored."""
    with folder() as place, running_product(place / "data") as product:
        manage(
            product, "users", "add", ANALYST, "--role", "analyst", "--password-stdin", typed=WORDS
        )
        yield product
