"""The local text engine: continuous batching of many token streams on one model."""

from core.inference.textengine.engine import TextEngine, build_generator

__all__ = ["TextEngine", "build_generator"]
