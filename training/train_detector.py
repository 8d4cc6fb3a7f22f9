"""Train the bundled detector: ``python -m training.train_detector``; stops and resumes freely."""

from __future__ import annotations

from dataclasses import replace

from training import loop
from training.dataset import POOLS, write_pool
from training.detector.model import export
from training.detector.train import Plan, Training


def main() -> None:
    """Draw the scenes, train to the end of the plan, export the averaged weights."""
    given = loop.arguments(__doc__)
    data, out = given.work / "data", given.work / "detector"
    out.mkdir(parents=True, exist_ok=True)
    for name in POOLS:
        write_pool(data, name)
    plan = Plan()
    plan = replace(plan, steps=given.steps or plan.steps, decay=given.decay or plan.decay)
    training = Training(plan, data)
    loop.run(training, plan.steps, out / "state.pt")
    export(training.average, out / "export")
    print(f"exported to {out / 'export'} after {training.seconds:.0f} s of processor time")


if __name__ == "__main__":
    main()
