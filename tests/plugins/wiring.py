"""The service over a test's database."""

from core.config import Settings
from core.plugins.service import PluginService
from core.plugins.subjects import SubjectReader
from core.review.charts import ChartService
from core.review.service import ReviewService
from db.session import Database


def plugin_service(database: Database, settings: Settings) -> PluginService:
    review, charts = ReviewService(database), ChartService(database)
    return PluginService(database, SubjectReader(database, settings, review, charts))
