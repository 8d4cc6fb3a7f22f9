"""Who loads the product: an analyst in many browsers, and with a key, programs and streams."""

from datetime import timedelta

from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import Session as Rows

from core.accounts.base import fingerprint, new_secret
from core.clock import now
from core.ids import new_id
from db.models import Session, User

STREAMS, PROGRAMS = 8, 4


def cookies(url: str, name: str, count: int) -> list[str]:
    """What so many browsers hold that signed in as `name`; the form would be slowed down."""
    tokens = [new_secret() for _ in range(count)]
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
    with Rows(engine) as session, session.begin():
        user = session.execute(select(User).where(User.username == name)).scalar_one()
        session.add_all(
            Session(
                id=new_id(),
                user_id=user.id,
                token_hash=fingerprint(token),
                epoch=user.epoch,
                expires_at=now() + timedelta(days=1),
            )
            for token in tokens
        )
    engine.dispose()
    return tokens
