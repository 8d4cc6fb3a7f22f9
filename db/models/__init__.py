"""Every table, imported here so that the metadata is whole."""

from db.base import Base
from db.models.accounts import ApiKey, CookieTicket, LoginFailure, Session, User
from db.models.feedback import BoxVerdict, Feedback, MissedBox
from db.models.prompts import Prompt, PromptVersion
from db.models.review import (
    FeedbackEvent,
    PhraseThreshold,
    RatingDraft,
    RatingRequest,
    RunSignal,
    SavedView,
)
from db.models.rollups import (
    FeedbackDay,
    RaterDay,
    RunDay,
    RunRating,
    SettingTotal,
    TagTotal,
    VerdictTotal,
)
from db.models.runs import Image, Model, Run, RunProgress, UsageDay

__all__ = [
    "ApiKey",
    "Base",
    "BoxVerdict",
    "CookieTicket",
    "Feedback",
    "FeedbackDay",
    "FeedbackEvent",
    "Image",
    "LoginFailure",
    "MissedBox",
    "Model",
    "PhraseThreshold",
    "Prompt",
    "PromptVersion",
    "RaterDay",
    "RatingDraft",
    "RatingRequest",
    "Run",
    "RunDay",
    "RunProgress",
    "RunRating",
    "RunSignal",
    "SavedView",
    "Session",
    "SettingTotal",
    "TagTotal",
    "UsageDay",
    "User",
    "VerdictTotal",
]
