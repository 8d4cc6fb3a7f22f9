"""What is done to the running program: its models, its texts, the notice above every page."""

from core.audit.types import Action, Target
from core.runs.types import Task
from tests.core.audit.acts import Act, Stage, Told
from tests.core.audit.acts_review import SECRET_WORDS

_RULE = (Target.MODEL, "rule")
_TASK = {"task": "detection"}


def _load(stage: Stage) -> Told:
    system = stage.bench.system
    return Told(
        lambda: system.load(stage.root, Task.DETECTION, "rule"),
        Action.MODEL_LOADED,
        _RULE,
        after=_TASK,
    )


def _unload(stage: Stage) -> Told:
    def unload() -> None:
        stage.bench.system.unload(stage.root, Task.DETECTION, "rule")
        stage.bench.models.load(Task.DETECTION, "rule")  # it is everybody's

    return Told(unload, Action.MODEL_UNLOADED, _RULE, after=_TASK)


def _clear_features(stage: Stage) -> Told:
    return Told(lambda: stage.bench.system.clear_features(stage.root), Action.FEATURES_CLEARED)


def _stop_text(stage: Stage) -> Told:
    run_id = stage.run_id
    return Told(
        lambda: stage.bench.system.stop_text(stage.root, run_id),
        Action.TEXT_STOPPED,
        (Target.RUN, run_id),
    )


def _put_notice(stage: Stage) -> Told:
    return Told(
        lambda: stage.bench.notices.put(stage.root, SECRET_WORDS),
        Action.NOTICE_CHANGED,
        after={"text_chars": len(SECRET_WORDS), "until": None},
    )


def _clear_notice(stage: Stage) -> Told:
    stage.bench.notices.put(stage.root, "Noon.")
    return Told(
        lambda: stage.bench.notices.clear(stage.root),
        Action.NOTICE_CHANGED,
        before={"text_chars": 5, "until": None},
    )


ACTS: dict[str, Act] = {
    "system.load": _load,
    "system.unload": _unload,
    "system.clear_features": _clear_features,
    "system.stop_text": _stop_text,
    "notices.put": _put_notice,
    "notices.clear": _clear_notice,
}
