from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.inference.loader import LoadedTextModel
from core.inference.textengine.engine import TextEngine
from tests.core.inference.textengine import support


@pytest.fixture(scope="session")
def reporter() -> LoadedTextModel:
    return support.reporter()


@pytest.fixture
def start_engine() -> Iterator[Callable[..., TextEngine]]:
    """Makes engines that are closed after the test."""
    engines: list[TextEngine] = []

    def start(loaded: LoadedTextModel, **limits: Any) -> TextEngine:
        engines.append(support.engine_for(loaded, **limits))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()
