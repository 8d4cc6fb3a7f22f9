"""Declarative base: constraint naming, column types and mixins every table shares."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary, MetaData, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

IdPk = Annotated[UUID, mapped_column(primary_key=True)]
Created = Annotated[datetime, mapped_column(server_default=func.now())]
Sha256 = Annotated[bytes, mapped_column(LargeBinary(32))]
Json = dict[str, Any]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        Json: JSONB,
        list[str]: ARRAY(Text),
        datetime: TIMESTAMP(timezone=True),
        str: Text,
        UUID: PgUUID(as_uuid=True),
    }
