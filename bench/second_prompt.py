"""A second prompt on the same picture against the first: ``python -m bench.second_prompt``.

OWL-ViT and OWLv2 at base size with random weights. Both prompts go through the service, and both
are of words that were never asked for before, so that no text is known either.
"""

import argparse
import random
from string import ascii_lowercase

from bench import owl
from bench.figures import Pairs, seconds, tell
from bench.pictures import several
from bench.workbenches import Opened, folder, opened

GOAL = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=5, help="of each model")
    count = parser.parse_args().pictures
    for kind in owl.SAVE:
        with folder() as place, opened(place, owl.entry(kind, place)) as product:
            _measure(product, kind, count)


def _measure(product: Opened, kind: str, count: int) -> None:
    rng = random.Random(1)
    firsts, seconds_ = [], []
    for number, content in enumerate(several(count + 1)):

        def ask(content: bytes = content) -> None:
            prompt = ". ".join("".join(rng.choices(ascii_lowercase, k=6)) for _ in range(2))
            product.bench.detection.detect(product.analyst, content, prompt)

        first, second = seconds(ask), seconds(ask)
        if number:  # before the first one, the model was not loaded
            firsts.append(first)
            seconds_.append(second)
    taken = Pairs(tuple(firsts), tuple(seconds_))
    tell(
        f"second prompt on a picture, {kind}",
        f"{taken.ratio:.1f} x faster than the first (first {taken} second, {count} pictures)",
        f">= {GOAL}",
        taken.ratio >= GOAL,
    )


if __name__ == "__main__":
    main()
