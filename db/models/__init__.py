"""Every table, imported here so that the metadata is whole."""

from db.base import Base
from db.models.accounts import ApiKey, CookieTicket, LoginFailure, Session, User
from db.models.feedback import BoxVerdict, Feedback, MissedBox
from db.models.prompts import Prompt, PromptVersion
from db.models.runs import Image, Model, Run, RunProgress, UsageDay

__all__ = [
    "ApiKey",
    "Base",
    "BoxVerdict",
    "CookieTicket",
    "Feedback",
    "Image",
    "LoginFailure",
    "MissedBox",
    "Model",
    "Prompt",
    "PromptVersion",
    "Run",
    "RunProgress",
    "Session",
    "UsageDay",
    "User",
]
