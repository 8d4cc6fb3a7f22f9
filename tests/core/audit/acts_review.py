"""Acts of reviewers: on ratings, views, thresholds and prompts; and whatever leaves as a file."""

from core.audit.types import Action, AuditFilter, Target
from core.detection.downloads import DownloadFormat
from core.feedback.keeping import as_entry
from core.feedback.outbox import Outbox
from core.feedback.types import ReviewStatus, Said, Verdict
from core.jobs.types import DetectTask, JobExportFormat, NamedPicture
from core.quality.types import LEAST_VERDICTS
from core.review.filters import from_query
from core.review.saved_views import SavedView
from core.review.triage_types import Changes
from core.review.types import FeedbackFilter, Sort
from tests.core.audit.acts import ALL, Act, Stage, Told
from tests.core.quality.boxes import judged
from tests.core.review import rows

SECRET_WORDS = "words for nobody else"
PICTURES = [NamedPicture("a.png", b"no picture")]


def review(stage: Stage) -> Told:
    seen = stage.seen_at()
    changes = Changes(status=ReviewStatus.FIXED, assignee="root", note=SECRET_WORDS)
    return Told(
        lambda: stage.bench.triage.review(stage.root, stage.feedback_id, seen, changes),
        Action.REVIEWED,
        (Target.FEEDBACK, stage.feedback_id),
        {"review_status": "new", "assignee_id": None, "note_chars": 0},
        {
            "review_status": "fixed",
            "assignee_id": str(stage.root.user_id),
            "note_chars": len(SECRET_WORDS),
        },
    )


def review_many(stage: Stage) -> Told:
    ids = [stage.feedback_id, stage.another_rating()]
    seen = {id: stage.seen_at(id) for id in ids}
    changes = Changes(status=ReviewStatus.TRIAGED, answer=SECRET_WORDS)
    return Told(
        lambda: stage.bench.triage.review_many(stage.root, seen, changes),
        Action.REVIEWED,
        (Target.FEEDBACK, None),
        after={
            "count": 2,
            "set": {"review_status": "triaged", "answer_chars": len(SECRET_WORDS)},
        },
    )


def undo_review(stage: Stage) -> Told:
    seen = {stage.feedback_id: stage.seen_at()}
    done = stage.bench.triage.review_many(stage.root, seen, Changes(status=ReviewStatus.TRIAGED))
    return Told(
        lambda: stage.bench.triage.undo(stage.root, done.undo),
        Action.REVIEWED,
        (Target.FEEDBACK, stage.feedback_id),
        {"review_status": "triaged"},
        {"review_status": "new"},
    )


def claim(stage: Stage) -> Told:
    return Told(
        lambda: stage.bench.triage.claim(stage.root, ALL, Sort.NEWEST),
        Action.REVIEWED,
        (Target.FEEDBACK, stage.feedback_id),
        {"assignee_id": None},
        {"assignee_id": str(stage.root.user_id)},
    )


def discard(stage: Stage) -> Told:
    entry = as_entry(stage.wei, Said(stage.run_id, 3, comment=SECRET_WORDS), rows.NOON)
    outbox = Outbox(stage.bench.settings.data_dir)
    outbox.put(entry)
    outbox.refuse(entry.id, "it cannot be")
    return Told(
        lambda: stage.bench.waiting.discard(stage.root, entry.id),
        Action.RATING_DISCARDED,
        (Target.RUN, stage.run_id),
        {"user_id": str(stage.wei.user_id)},
    )


def ask(stage: Stage) -> Told:
    other = rows.person(stage.bench.database, "bob")
    return Told(
        lambda: stage.bench.requests.ask(stage.root, stage.run_id, [other.user_id], 4),
        Action.RATING_ASKED,
        (Target.RUN, stage.run_id),
        after={"user_ids": [str(other.user_id)], "reference": 4},
    )


def ask_named(stage: Stage) -> Told:
    other = rows.person(stage.bench.database, "bob")
    return Told(
        lambda: stage.bench.requests.ask_named(stage.root, stage.run_id, ["bob"]),
        Action.RATING_ASKED,
        (Target.RUN, stage.run_id),
        after={"user_ids": [str(other.user_id)], "reference": None},
    )


def take_back(stage: Stage) -> Told:
    other = rows.person(stage.bench.database, "bob")
    stage.bench.requests.ask(stage.root, stage.run_id, [other.user_id])
    return Told(
        lambda: stage.bench.requests.take_back(stage.root, stage.run_id, other.user_id),
        Action.RATING_UNASKED,
        (Target.RUN, stage.run_id),
        {"user_ids": [str(other.user_id)]},
    )


def _judged(stage: Stage) -> None:
    model = rows.model(stage.bench.database, "detection", "shapes")
    boxes = [("cat", 0.5 + number / 100, Verdict.RIGHT) for number in range(LEAST_VERDICTS)]
    judged(stage.bench.database, stage.wei, model, boxes)


def set_threshold(stage: Stage) -> Told:
    _judged(stage)
    return Told(
        lambda: stage.bench.quality.set_default(stage.root, ALL, "shapes", "Cat"),
        Action.THRESHOLD_CHANGED,
        (Target.THRESHOLD, "cat by shapes"),
        {"threshold": None},
    )


def restore_threshold(stage: Stage) -> Told:
    _judged(stage)
    before = stage.bench.quality.set_default(stage.root, ALL, "shapes", "cat")
    return Told(
        lambda: stage.bench.quality.restore(stage.root, "shapes", "cat", before),
        Action.THRESHOLD_CHANGED,
        (Target.THRESHOLD, "cat by shapes"),
        after={"threshold": None},
    )


def _view(stage: Stage) -> SavedView:
    wanted = FeedbackFilter(text=SECRET_WORDS)
    return stage.bench.views.save(stage.root, "mine", wanted, shared=True)


def save_view(stage: Stage) -> Told:
    return Told(
        lambda: _view(stage),
        Action.VIEW_CHANGED,
        after={"shared": True, "name_chars": 4, "filter": ["text"], "sort": "newest"},
    )


def change_view(stage: Stage) -> Told:
    view = _view(stage)
    return Told(
        lambda: stage.bench.views.change(stage.root, view.id, shared=False),
        Action.VIEW_CHANGED,
        (Target.VIEW, view.id),
        {"shared": True},
        {"shared": False},
    )


def delete_view(stage: Stage) -> Told:
    view = _view(stage)
    return Told(
        lambda: stage.bench.views.delete(stage.root, view.id),
        Action.VIEW_CHANGED,
        (Target.VIEW, view.id),
        {"shared": True},
    )


def restore_view(stage: Stage) -> Told:
    view = stage.bench.views.delete(stage.root, _view(stage).id)
    return Told(
        lambda: stage.bench.views.restore(stage.root, view),
        Action.VIEW_CHANGED,
        (Target.VIEW, view.id),
        after={"shared": True},
    )


def change_prompt(stage: Stage) -> Told:
    prompt = stage.bench.prompts.create(stage.wei, "hers", SECRET_WORDS, shared=True)
    return Told(
        lambda: stage.bench.prompts.change(stage.root, prompt.id, archived=True),
        Action.PROMPT_ARCHIVED,
        (Target.PROMPT, prompt.id),
    )


def download_one(stage: Stage) -> Told:
    _judged(stage)
    (run,) = stage.bench.runs.recent(stage.wei, limit=1)
    return Told(
        lambda: stage.bench.downloads.of_run(stage.root, run.id, DownloadFormat.JSON),
        Action.EXPORTED,
        (Target.EXPORT, "runs json"),
        after={"count": 1, "foreign": 1, "ids": [str(run.id)]},
    )


def download_many(stage: Stage) -> Told:
    _judged(stage)
    (run,) = stage.bench.runs.recent(stage.wei, limit=1)
    return Told(
        lambda: stage.bench.downloads.of_runs(stage.root, [run.id], DownloadFormat.COCO),
        Action.EXPORTED,
        (Target.EXPORT, "runs coco"),
        after={"count": 1, "foreign": 1},
    )


def export_csv(stage: Stage) -> Told:
    wanted = from_query({"user": "wei", "text": SECRET_WORDS, "rating_min": "2"})
    return Told(
        lambda: list(stage.bench.exports.csv(stage.root, wanted, ("rating",))),
        Action.EXPORTED,
        (Target.EXPORT, "ratings csv"),
        after={
            "filter": {
                "user_id": str(stage.wei.user_id),
                "text_chars": len(SECRET_WORDS),
                "rating_min": "2",
            },
            "everybody": True,
            "columns": ["rating"],
        },
    )


def export_coco(stage: Stage) -> Told:
    return Told(
        lambda: list(stage.bench.exports.coco(stage.root, ALL)),
        Action.EXPORTED,
        (Target.EXPORT, "ratings coco"),
        after={"filter": {}, "everybody": True},
    )


def export_evidence(stage: Stage) -> Told:
    return Told(
        lambda: list(stage.bench.exports.evidence(stage.root, ALL)),
        Action.EXPORTED,
        (Target.EXPORT, "evidence pack"),
        after={"count": 1, "images": False},
    )


def export_audit(stage: Stage) -> Told:
    return Told(
        lambda: list(stage.bench.audit.export(stage.root, AuditFilter(by="wei"))),
        Action.EXPORTED,
        (Target.EXPORT, "audit csv"),
        after={"filter": {"by_id": str(stage.wei.user_id)}},
    )


def load_demo(stage: Stage) -> Told:
    return Told(
        lambda: stage.bench.demo.load(stage.root, 20, 3, lambda _: None),
        Action.DEMO_LOADED,
        after={"runs": 20, "seed": 3},
    )


def clear_demo(stage: Stage) -> Told:
    return Told(lambda: stage.bench.demo.clear(stage.root, lambda _: None), Action.DEMO_CLEARED)


def cancel_job(stage: Stage) -> Told:
    job = stage.bench.jobs.detect(stage.wei, PICTURES, DetectTask(SECRET_WORDS, model="rule"))
    return Told(
        lambda: stage.bench.jobs.cancel(stage.root, job.id),
        Action.JOB_CANCELLED,
        (Target.JOB, job.id),
    )


def export_job(stage: Stage) -> Told:
    job = stage.bench.jobs.detect(stage.wei, PICTURES, DetectTask(SECRET_WORDS, model="rule"))
    return Told(
        lambda: stage.bench.jobs.export(stage.root, job.id, JobExportFormat.JSONL),
        Action.EXPORTED,
        (Target.EXPORT, "job jsonl"),
        after={"count": 0, "foreign": 0, "ids": [str(job.id)]},
    )


ACTS: dict[str, Act] = {
    "jobs.cancel": cancel_job,
    "jobs.export": export_job,
    "triage.review": review,
    "triage.review_many": review_many,
    "triage.undo": undo_review,
    "triage.claim": claim,
    "waiting.discard": discard,
    "requests.ask": ask,
    "requests.ask_named": ask_named,
    "requests.take_back": take_back,
    "quality.set_default": set_threshold,
    "quality.restore": restore_threshold,
    "views.save": save_view,
    "views.change": change_view,
    "views.delete": delete_view,
    "views.restore": restore_view,
    "prompts.change": change_prompt,
    "downloads.of_run": download_one,
    "downloads.of_runs": download_many,
    "exports.csv": export_csv,
    "exports.coco": export_coco,
    "exports.evidence": export_evidence,
    "audit.export": export_audit,
    "demo.load": load_demo,
    "demo.clear": clear_demo,
}
