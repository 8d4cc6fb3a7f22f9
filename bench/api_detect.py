"""A detection over HTTP against the service called in process: ``python -m bench.api_detect``.

The bundled detector, one picture a call, no two of them equal. The product runs as `make run`
starts it and is asked over one kept connection, with bodies made beforehand; the service runs in
this process. Each has a database of its own on the same disk.
"""

import argparse

from bench.figures import WARM_UP, alternating, tell
from bench.pictures import PROMPT, several
from bench.repeated import Client, form
from bench.running import running
from bench.workbenches import BUNDLED, folder, opened

GOAL = 1.15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=100)
    pairs = parser.parse_args().pairs
    with running() as product, folder() as place, opened(place, BUNDLED) as own:
        client = Client(product)
        own.bench.models.load_all()
        files = several(pairs + WARM_UP)
        bodies = [form(file) for file in files]
        taken = alternating(
            lambda: client.detect(bodies.pop()),
            lambda: own.bench.detection.detect(own.analyst, files.pop(), PROMPT),
            pairs,
            WARM_UP,
        )
    tell(
        "API detect, bundled detector",
        f"{taken.ratio:.2f} x the time of the service in process ({taken}, {pairs} pairs)",
        f"<= {GOAL} x",
        taken.ratio <= GOAL,
    )


if __name__ == "__main__":
    main()
