"""A product that serves one module of tests after another, each on tables as at its start."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import Page
from sqlalchemy import MetaData, create_engine, insert, make_url, select, text
from sqlalchemy.orm import Session as Rows

from bench.product import Product, manage, running_product
from bench.steps import settle
from core.accounts.base import fingerprint, new_secret
from core.accounts.types import COOKIE_NAME
from core.clock import now
from core.ids import new_id
from db.models import Base, Session, User

_TABLES = Base.metadata.sorted_tables
"""Those that others point to come first."""
_EMPTIED = ", ".join([*(table.name for table in _TABLES), "procrastinate_jobs"])


class StandingProduct:
    """What a product's process needs to start takes longer than most modules' tests."""

    def __init__(self, product: Product) -> None:
        self.product = product
        People.add(product)
        url = make_url(manage(product, "db", "url").strip()).set(drivername="postgresql+psycopg2")
        self._engine = create_engine(url)
        with self._engine.begin() as connection:
            connection.execute(text("create schema at_start"))
            for table in _TABLES:
                connection.execute(
                    text(f"create table at_start.{table.name} as table public.{table.name}")
                )

    def reset(self) -> None:
        """Every table as it was when the product had just started."""
        with self._engine.begin() as connection:
            connection.execute(text("alter table audit_log disable trigger audit_log_not_emptied"))
            connection.execute(text(f"truncate {_EMPTIED} cascade"))
            connection.execute(text("alter table audit_log enable trigger audit_log_not_emptied"))
            for table in _TABLES:
                kept = table.to_metadata(MetaData(), schema="at_start")
                names = [column.name for column in table.columns if column.computed is None]
                rows = select(*(kept.c[name] for name in names))
                connection.execute(insert(table).from_select(names, rows))

    def cookie(self, name: str) -> str:
        """What a browser holds that signed in as `name`, and has just done so."""
        token = new_secret()
        with Rows(self._engine) as session, session.begin():
            user = session.execute(select(User).where(User.username == name)).scalar_one()
            session.add(
                Session(
                    id=new_id(),
                    user_id=user.id,
                    token_hash=fingerprint(token),
                    epoch=user.epoch,
                    expires_at=now() + timedelta(days=1),
                )
            )
        return token

    def close(self) -> None:
        self._engine.dispose()


class People:
    """An analyst, wei, and a second admin, grace, by their passwords."""

    _PASSWORDS = MappingProxyType({"wei": "boxes by the dozen", "grace": "a careful second look"})

    def __init__(self, standing: StandingProduct) -> None:
        self._standing = standing

    def __getitem__(self, name: str) -> str:
        return self._PASSWORDS[name]

    @classmethod
    def add(cls, product: Product) -> None:
        for name, role in (("wei", "analyst"), ("grace", "admin")):
            manage(
                product,
                *("users", "add", name, "--role", role, "--password-stdin"),
                typed=cls._PASSWORDS[name],
            )

    def enter(self, page: Page, name: str, path: str | None = None) -> None:
        """Sign in, and open a page; by the cookie, as the form has tests of its own."""
        here = self._standing.product.address
        token = self._standing.cookie(name)
        page.context.add_cookies(
            [{"name": COOKIE_NAME, "value": token, "url": here, "httpOnly": True}]
        )
        if path is not None:
            page.goto(path)
            settle(page)


@contextmanager
def standing_product(folder: Path) -> Iterator[StandingProduct]:
    with running_product(folder) as product:
        standing = StandingProduct(product)
        yield standing
        standing.close()
