"""One script for every figure in BENCHMARKS.md."""
