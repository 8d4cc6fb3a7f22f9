"""The signals of each model, as a table."""

from core.runs.types import Task
from core.signals.types import ModelSignals, SignalKind
from ui.components.signal_table import _rows


def test_each_kind_is_told_with_its_share_of_all_runs() -> None:
    counts = {SignalKind.STOPPED: 3, SignalKind.COPIED: 1200}
    busy = ModelSignals("writer", "0123456789abcdef", Task.GENERATION, 2400, counts)
    idle = ModelSignals("shapes", "r1", Task.DETECTION, 7, {})
    assert _rows([busy, idle]) == {
        "Model": ["writer 01234567", "shapes r1"],
        "Runs": [2400, 7],
        "Stopped early": ["3 (0.1%)", "0"],
        "Regenerated": ["0", "0"],
        "Abandoned": ["0", "0"],
        "Copied": ["1,200 (50.0%)", "0"],
        "Downloaded": ["0", "0"],
    }
