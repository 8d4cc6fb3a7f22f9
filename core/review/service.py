"""Reviewing feedback: figures, pages and one row, all through one filter."""

from itertools import groupby
from uuid import UUID

from core.feedback.service import as_feedback
from core.permissions import Actor, Permission, Role
from core.review.criteria import criteria_of, period_before
from core.review.paging import read_cursor, read_slice
from core.review.rows import as_row, unknown
from core.review.statistics import mean_interval, wilson
from core.review.types import (
    FeedbackFilter,
    FeedbackPage,
    FilterChoices,
    Header,
    Kpis,
    RowDetail,
    Sort,
    Total,
)
from db.repositories.choices import ChoiceRepository
from db.repositories.review import ReviewRepository
from db.repositories.review_figures import FigureRepository
from db.session import Database

MAX_COUNTED = 10_000


class ReviewService:
    def __init__(self, database: Database) -> None:
        self._database = database

    def header(self, actor: Actor, filter: FeedbackFilter) -> Header:
        """The period's figures beside those of the period before it. Raises `Invalid`."""
        actor.require(Permission.REVIEW)
        before = period_before(filter)
        with self._database.unit_of_work() as session:
            repository = FigureRepository(session)
            current = _kpis(repository, filter)
            previous = None if before is None else _kpis(repository, before)
        return Header(
            current,
            previous,
            positive_interval=wilson(current.positive, current.rated),
            mean_interval=mean_interval(current.by_rating),
        )

    def page(
        self,
        actor: Actor,
        filter: FeedbackFilter,
        cursor: str | None = None,
        size: int = 25,
        sort: Sort = Sort.NEWEST,
    ) -> FeedbackPage:
        """Rows in the order asked for. Raises `Invalid` for a cursor of another order, or a filter
        that cannot be."""
        actor.require(Permission.REVIEW)
        start = None if cursor is None else read_cursor(cursor, sort)
        with self._database.unit_of_work() as session:
            found = read_slice(ReviewRepository(session), criteria_of(filter), start, size, sort)
        return FeedbackPage(tuple(map(as_row, found.rows)), found.older, found.newer)

    def total(self, actor: Actor, filter: FeedbackFilter) -> Total:
        """How many ratings match, counted to `MAX_COUNTED` at most. Raises `Invalid`."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            n = ReviewRepository(session).count(criteria_of(filter), MAX_COUNTED + 1)
        return Total(min(n, MAX_COUNTED), more=n > MAX_COUNTED)

    def detail(self, actor: Actor, feedback_id: UUID) -> RowDetail:
        """One rating with all others of its run. Raises `NotFound`."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            repository = ReviewRepository(session)
            found = repository.row(feedback_id)
            if found is None:
                raise unknown(feedback_id)
            ratings = repository.ratings_of(found.feedback.run_id)
        return RowDetail(
            row=as_row(found),
            all_ratings=tuple((name, as_feedback(row)) for name, row in ratings),
            run_id=found.feedback.run_id,
        )

    def choices(self, actor: Actor) -> FilterChoices:
        """What has been rated, by whom and with which tags; revisions only where several are."""
        actor.require(Permission.REVIEW)
        with self._database.unit_of_work() as session:
            repository = ChoiceRepository(session)
            return FilterChoices(
                models=_model_choices(repository.models()),
                users=tuple(repository.raters()),
                tags=tuple(repository.tags()),
                phrases=tuple(repository.phrases()),
                reviewers=tuple(repository.people(Role.ADMIN)),
            )


def _kpis(repository: FigureRepository, filter: FeedbackFilter) -> Kpis:
    criteria = criteria_of(filter)
    figures = repository.figures(criteria)
    runs, rated_runs = repository.runs(criteria)
    one, two, three, four, five = figures.by_rating
    rated = one + two + three + four + five
    points = one + 2 * two + 3 * three + 4 * four + 5 * five
    return Kpis(
        runs=runs,
        rated=rated,
        rated_runs=rated_runs,
        positive=four + five,
        mean_rating=points / rated if rated else None,
        raters=figures.raters,
        untriaged=figures.untriaged,
        by_rating=(one, two, three, four, five),
    )


def _model_choices(models: list[tuple[str, str]]) -> tuple[str, ...]:
    """Names, each followed by its revisions where there are several."""
    choices: list[str] = []
    for name, group in groupby(models, key=lambda model: model[0]):
        revisions = list(dict.fromkeys(revision for _, revision in group))
        choices.append(name)
        if len(revisions) > 1:
            choices += [f"{name}@{revision}" for revision in revisions]
    return tuple(choices)
