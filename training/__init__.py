"""The code that made the bundled models: generated data, training, measurement."""
