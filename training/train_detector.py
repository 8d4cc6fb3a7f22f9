"""Train the bundled detector: ``python -m training.train_detector``; stops and resumes freely."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from training.dataset import POOLS, write_pool
from training.detector.model import export
from training.detector.train import Plan, Training

_REPORT_EVERY, _SAVE_EVERY = 100, 250


def main() -> None:
    """Draw the scenes, train to the end of the plan, export the averaged weights."""
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    data, out = arguments.work / "data", arguments.work / "detector"
    out.mkdir(parents=True, exist_ok=True)
    for name in POOLS:
        write_pool(data, name)
    plan = Plan()
    plan = replace(plan, steps=arguments.steps or plan.steps, decay=arguments.decay or plan.decay)
    training = Training(plan, data)
    state = out / "state.pt"
    if state.exists():
        training.load(state)
    while training.step < plan.steps:
        training.advance()
        if training.step % _REPORT_EVERY == 0:
            print(training.report(), flush=True)
        if training.step % _SAVE_EVERY == 0:
            training.save(state)
    training.save(state)
    export(training.average, out / "export")
    print(f"exported to {out / 'export'} after {training.seconds:.0f} s of processor time")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("var/training"), help="data and state")
    parser.add_argument("--steps", type=int, help="length of the training, in batches")
    parser.add_argument("--decay", type=int, help="how many of the last steps slow down")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
