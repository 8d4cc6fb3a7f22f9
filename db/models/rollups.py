"""Counts of ratings and runs, kept exact by triggers in the transaction of every change.

A row is counted in one of several slots, so that people who rate at the same time do not wait for
each other: a count is the sum over the slots, and one slot's may be negative or 0. For each table
there is a function, its name with `_recount` behind, that counts anew.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Index, Numeric, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base

_FILL = {"postgresql_with": {"fillfactor": "70"}}


class FeedbackDay(Base):
    __tablename__ = "feedback_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    """In UTC, as all days here."""
    model_id: Mapped[UUID] = mapped_column(primary_key=True)
    review_status: Mapped[str] = mapped_column(primary_key=True)
    rating: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    demo: Mapped[bool] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (_FILL,)


class RaterDay(Base):
    __tablename__ = "rater_days"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    model_id: Mapped[UUID] = mapped_column(primary_key=True)
    demo: Mapped[bool] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (_FILL,)


class RunRating(Base):
    """How many ratings a run has, and where it is counted among the rated ones."""

    __tablename__ = "run_ratings"

    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int]
    day: Mapped[date]
    model_id: Mapped[UUID]
    demo: Mapped[bool]

    __table_args__ = (_FILL,)


class RunDay(Base):
    __tablename__ = "run_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    model_id: Mapped[UUID] = mapped_column(primary_key=True)
    demo: Mapped[bool] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    runs: Mapped[int] = mapped_column(BigInteger)
    rated: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (_FILL,)


class SettingTotal(Base):
    """Ratings by the two settings of their task's map: temperature and top-p of a generation, box
    and text threshold of a detection."""

    __tablename__ = "setting_totals"

    model_id: Mapped[UUID] = mapped_column(primary_key=True)
    x: Mapped[Decimal] = mapped_column(Numeric(4, 2), primary_key=True)
    y: Mapped[Decimal] = mapped_column(Numeric(4, 2), primary_key=True)
    rating: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    demo: Mapped[bool] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (_FILL,)


class TagTotal(Base):
    """Ratings that have both tags; a tag with itself counts the ratings that have it."""

    __tablename__ = "tag_totals"

    model_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    other: Mapped[str] = mapped_column(primary_key=True)
    """Never before `tag` in the order of code points."""
    demo: Mapped[bool] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("ix_tag_totals_tag", "tag"), _FILL)


class VerdictTotal(Base):
    """Judged boxes of rated runs."""

    __tablename__ = "verdict_totals"

    model_id: Mapped[UUID] = mapped_column(primary_key=True)
    phrase: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(primary_key=True)
    score_bin: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """In twentieths: 19 holds .95 to 1; -1 where there is no score."""
    demo: Mapped[bool] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (_FILL,)
