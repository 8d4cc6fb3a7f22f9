"""Train the bundled writer: ``python -m training.train_writer``; stops and resumes freely."""

from __future__ import annotations

from dataclasses import replace

from training import loop
from training.writer.measure import cases, share_true
from training.writer.model import export
from training.writer.tokens import load_or_train
from training.writer.train import Plan, Training

_MEASURE_EVERY = 2000


def main() -> None:
    """Learn the tokenizer, train to the end of the plan, export."""
    given = loop.arguments(__doc__)
    out = given.work / "writer"
    tokenizer = load_or_train(out / "export")
    plan = Plan()
    plan = replace(plan, steps=given.steps or plan.steps, decay=given.decay or plan.decay)
    training = Training(plan, tokenizer)
    loop.run(training, plan.steps, out / "state.pt", {_MEASURE_EVERY: lambda: _measured(training)})
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


if __name__ == "__main__":
    main()
