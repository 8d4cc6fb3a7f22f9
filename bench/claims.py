"""Precision and recall of the claim check on planted errors: ``python -m bench.claims``."""

import argparse

from core.generation.claims import check
from training.claims.measure import table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="reports of each source")
    for line in table(check, parser.parse_args().count):
        print(line, flush=True)


if __name__ == "__main__":
    main()
