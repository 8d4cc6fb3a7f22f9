"""Made-up subjects of reports, without a database."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from PIL import Image

from core.config import ROOT, Settings
from core.detection.drawing import annotated
from core.detection.images import decode, encode
from core.detection.types import Box, Detection, DetectionRun, ImageInfo, Picture
from core.feedback.types import Feedback, ReviewStatus
from core.generation.claims.types import Claim, ClaimKind
from core.generation.types import FinishReason, GenerationRun, Output, SamplingParams, Usage
from core.permissions import Role
from core.plugins.types import DetectionSubject, GenerationSubject, GivenRating, ReviewSubject
from core.review.chart_types import (
    Bucket,
    ByRating,
    Charts,
    ModelFigures,
    PhraseFigures,
    Phrases,
    Release,
    ScoreBin,
    SettingsCell,
    SettingsMap,
    TagPair,
    Tags,
    Trend,
    Unit,
)
from core.review.statistics import mean_interval, wilson
from core.review.types import FeedbackFilter, FeedbackRow, Header, Kpis, Sort, Total, Triage
from core.review.types import Settings as RunSettings
from core.runs.types import RunStatus, Task

AT = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
_RUN, _USER = UUID(int=1), UUID(int=2)


def rated(
    comment: str = "The star is loose.", tags: tuple[str, ...] = ("loose box",)
) -> GivenRating:
    said = Feedback(
        id=UUID(int=3),
        run_id=_RUN,
        user_id=_USER,
        rating=4,
        tags=tags,
        comment=comment,
        review_status=ReviewStatus.NEW,
        created_at=AT,
        updated_at=AT,
    )
    return GivenRating("wei", said)


def detection(
    labels: tuple[str, ...] = ("pink heart", "blue bolt"), picture: bool = True
) -> DetectionSubject:
    content = (ROOT / "ui" / "samples" / "stickers.png").read_bytes()
    with Image.open(io.BytesIO(content)) as opened:
        width, height = opened.size
    raw = tuple(
        Detection(label, 0.95 - 0.05 * at, Box(40.0 * at + 10, 20.0 * at + 30, 40 * at + 150, 160))
        for at, label in enumerate(labels)
    )
    run = DetectionRun(
        id=_RUN,
        user_id=_USER,
        model="shapes",
        revision="0123456789abcdef",
        prompt=". ".join(labels),
        phrases=labels,
        box_threshold=0.35,
        text_threshold=0.25,
        caption=False,
        image=ImageInfo("ab" * 32, "image/png", width, height),
        raw=raw,
        cached=False,
        status=RunStatus.DONE,
        timings_ms={"forward": 61.2, "total": 84.9},
        created_at=AT,
    )
    kept = content if picture else None

    def draw(max_side: int) -> Picture | None:
        if kept is None:
            return None
        decoded = decode(kept, Settings())
        drawn = annotated(decoded.picture, run, run.detections)
        return encode(replace(decoded, picture=drawn), max_side)

    return DetectionSubject(run, "wei", (rated(),), kept, draw)


def generation(prompt: str = "Findings: 3 red circle.", text: str = "") -> GenerationSubject:
    text = text or "There are three red circles and nothing else."
    claim = Claim((10, 27), ClaimKind.COUNT, "three red circles", True, "three boxes say so")
    run = GenerationRun(
        id=_RUN,
        user_id=_USER,
        model="reporter",
        revision="0123456789abcdef",
        prompt=prompt,
        messages=(),
        params=SamplingParams(seed=7, stop=("###",)),
        status=RunStatus.DONE,
        outputs=(Output(text, FinishReason.STOP, (claim,)),),
        usage=Usage(12, 34),
        timings_ms={"queue": 1.0, "first_token": 25.0, "total": 1250.0},
        created_at=AT,
    )
    return GenerationSubject(run, "wei", (rated(),))


def review(comment: str = "Loose", rows: int = 12) -> ReviewSubject:
    counts = (8, 12, 20, 60, 40)
    kpis = Kpis(400, 140, 130, 100, 3.8, 9, 37, counts)
    header = Header(kpis, replace(kpis, rated=120), wilson(100, 140), mean_interval(counts))
    return ReviewSubject(
        filter=FeedbackFilter(
            since=date(2026, 11, 1), until=date(2026, 11, 30), tag=("loose box",)
        ),
        sort=Sort.NEWEST,
        header=header,
        charts=_charts(),
        total=Total(140, more=False),
        rows=tuple(_row(at, comment) for at in range(rows)),
        at=AT,
        by="admin",
    )


def _charts() -> Charts:
    first = date(2026, 11, 1)
    buckets = tuple(
        Bucket(
            day, day, ByRating((0, 0, 0, 0, 0) if at in (8, 9, 20) else (1, at % 3, 1, at % 7, 2))
        )
        for at, day in ((at, first + timedelta(days=at)) for at in range(30))
    )
    models = tuple(
        ModelFigures(
            task, name, "0123456789", ByRating(counts), wilson(sum(counts[3:]), sum(counts)), None
        )
        for task, name, counts in (
            (Task.DETECTION, "shapes", (4, 6, 10, 30, 20)),
            (Task.GENERATION, "reporter", (4, 6, 10, 30, 20)),
            (Task.DETECTION, "a-model-with-a-very-long-name-of-its-own", (1, 0, 1, 1, 0)),
        )
    )
    settings = SettingsMap(
        Task.GENERATION,
        tuple(SettingsCell(x / 10, 0.9, ByRating((1, 2, 3, 4, x))) for x in range(8)),
    )
    phrases = tuple(
        PhraseFigures(name, right, wrong, 1, wilson(right, right + wrong))
        for name, right, wrong in (("red circle", 40, 3), ("blue star", 12, 9), ("dog", 0, 2))
    )
    scores = tuple(ScoreBin(at / 20, (at + 1) / 20, at, max(0, 12 - at)) for at in range(20))
    pairs = (TagPair("loose box", "loose box", 20), TagPair("style", "style", 4))
    release = Release(date(2026, 11, 15), Task.DETECTION, "shapes", "fedcba9876")
    return Charts(
        trend=Trend(Unit.DAY, buckets, (release,)),
        models=models,
        settings=(settings,),
        phrases=Phrases(phrases, 5),
        scores=scores,
        tags=Tags(("loose box", "style"), pairs),
    )


def _row(number: int, comment: str) -> FeedbackRow:
    return FeedbackRow(
        feedback=replace(rated(comment).feedback, rating=number % 5 + 1),
        username="wei",
        role=Role.ANALYST,
        task=Task.DETECTION,
        model="shapes",
        revision="0123456789",
        prompt="red circle. blue star.",
        latency_ms=85,
        run_created_at=AT,
        run_erased_at=None,
        triage=Triage(),
        settings=RunSettings(),
        run_status=RunStatus.DONE,
        corrected=False,
        verdicts={},
        top_score=0.9,
        rate_ms=None,
        demo=False,
    )
