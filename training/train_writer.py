"""Train the bundled writer: ``python -m training.train_writer``; stops and resumes freely."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from training.writer.measure import cases, share_true
from training.writer.model import export
from training.writer.tokens import load_or_train
from training.writer.train import Plan, Training

_REPORT_EVERY, _SAVE_EVERY, _MEASURE_EVERY = 100, 250, 1000


def main() -> None:
    """Learn the tokenizer, train to the end of the plan, export."""
    arguments = _arguments()
    torch.set_num_threads(arguments.threads)
    out = arguments.work / "writer"
    tokenizer = load_or_train(out / "export")
    plan = Plan()
    plan = replace(plan, steps=arguments.steps or plan.steps, decay=arguments.decay or plan.decay)
    training = Training(plan, tokenizer)
    state = out / "state.pt"
    if state.exists():
        training.load(state)
    while training.step < plan.steps:
        training.advance()
        if training.step % _REPORT_EVERY == 0:
            print(training.report(), flush=True)
        if training.step % _SAVE_EVERY == 0:
            training.save(state)
        if training.step % _MEASURE_EVERY == 0:
            print(_measured(training), flush=True)
    training.save(state)
    export(training.model.state_dict(), len(tokenizer), out / "export")
    print(f"exported to {out / 'export'} after {training.seconds:.0f} s of processor time")


def _measured(training: Training) -> str:
    training.model.eval()
    shares = []
    for kind in ("report", "question"):
        for held_out in (False, True):
            examples = cases(50, 9, kind, held_out)
            share = share_true(training.model, training.tokenizer, examples)
            shares.append(f"{kind}{' new labels' if held_out else ''} {share:.2f}")
    training.model.train()
    return f"true: {', '.join(shares)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--work", type=Path, default=Path("var/training"), help="tokenizer and state"
    )
    parser.add_argument("--steps", type=int, help="length of the training, in batches")
    parser.add_argument("--decay", type=int, help="how many of the last steps slow down")
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
