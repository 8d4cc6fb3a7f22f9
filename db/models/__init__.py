"""Every table, imported here so that the metadata is whole."""

from db.base import Base
from db.models.access import AuditEntry, Limit, LimitUse, StreamLease
from db.models.accounts import ApiKey, CookieTicket, Identity, Session, SignInAttempt, User
from db.models.feedback import BoxVerdict, Feedback, MissedBox
from db.models.jobs import Job, JobItem, Notice
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
    "AuditEntry",
    "Base",
    "BoxVerdict",
    "CookieTicket",
    "Feedback",
    "FeedbackDay",
    "FeedbackEvent",
    "Identity",
    "Image",
    "Job",
    "JobItem",
    "Limit",
    "LimitUse",
    "MissedBox",
    "Model",
    "Notice",
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
    "SignInAttempt",
    "StreamLease",
    "TagTotal",
    "UsageDay",
    "User",
    "VerdictTotal",
]
