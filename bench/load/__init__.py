"""Many people and programs at once, by Locust; `bench.load_test` runs it."""
