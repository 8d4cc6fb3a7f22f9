"""The product to measure: as `make run` starts it, with an account to use it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from bench.product import Product, manage, running_product
from bench.workbenches import folder
from core.runs.types import Task

ANALYST, WORDS = "wei", "boxes by the dozen"
"""The account's name, and what to sign in with."""


@contextmanager
def running(models: str = "") -> Iterator[Product]:
    """A product that nobody else uses; gone at the end, with all it stored.

    `models` are entries of models.toml besides the usual ones.
    """
    with folder() as place, running_product(place / "data", models) as product:
        add_analyst(product)
        yield product


def add_analyst(product: Product) -> None:
    """The account, without limits."""
    manage(product, "users", "add", ANALYST, "--role", "analyst", "--password-stdin", typed=WORDS)
    _lift_limits(product)


def _lift_limits(product: Product) -> None:
    """No analyst works as fast as a measurement."""
    secret = manage(product, "keys", "add", "admin", "--label", "bench").split()[-1]
    for task in Task:
        httpx2.put(
            f"{product.address}/api/v1/limits/roles/analyst/{task}",
            headers={"Authorization": f"Bearer {secret}"},
            json={"per_minute": None, "per_day": None, "streams": None},
        ).raise_for_status()
