"""Every table, imported here so that the metadata is whole."""

from db.base import Base
from db.models.accounts import ApiKey, CookieTicket, LoginFailure, Session, User
from db.models.feedback import Feedback
from db.models.runs import Image, Model, Run

__all__ = [
    "ApiKey",
    "Base",
    "CookieTicket",
    "Feedback",
    "Image",
    "LoginFailure",
    "Model",
    "Run",
    "Session",
    "User",
]
