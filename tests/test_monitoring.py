"""The shipped rules and dashboard ask for figures that the product has."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import REGISTRY, CollectorRegistry, Metric

from bench import monitored
from bench.prometheus import SHIPPED
from core.gauges import Gauges
from core.gpus import Gpu, Gpus
from core.jobs.types import JobState, QueueState

_NAME = re.compile(r"\b(?:glimpse|process)_\w+")
_needs = {
    program: pytest.mark.skipif(shutil.which(program) is None, reason=f"there is no {program}")
    for program in ("promtool", "prometheus")
}


class _OneCard(Gpus):
    def now(self) -> tuple[Gpu, ...]:
        return (Gpu("0", "A card", 1, 2, 0.5),)


def names(metric: Metric) -> set[str]:
    made = {"counter": ("_total",), "histogram": ("_bucket",), "info": ("_info",)}
    return {metric.name + end for end in made.get(metric.type, ("",))}


def test_every_figure_that_is_asked_for_is_one_of_the_products(tmp_path: Path) -> None:
    gauges = Gauges(
        lambda: QueueState({JobState.QUEUED: 1}, 1), tmp_path, _OneCard(), CollectorRegistry()
    )
    known: set[str] = set().union(*map(names, [*REGISTRY.collect(), *gauges.collect()]))
    for file in (monitored.DASHBOARD, SHIPPED / "rules.yml", SHIPPED / "rules.test.yml"):
        asked = set(_NAME.findall(file.read_text()))
        assert asked
        assert asked <= known, f"{file.name} asks for {asked - known}"


def test_panels_have_a_description_and_an_id_of_their_own() -> None:
    panels = json.loads(monitored.DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel.get("description") for panel in panels if panel["type"] != "row")


@_needs["promtool"]
def test_alerts_fire_when_they_should() -> None:
    done = subprocess.run(
        ["promtool", "test", "rules", "rules.test.yml"],
        cwd=SHIPPED,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.browser
@_needs["prometheus"]
def test_panels_and_rules_find_data_in_a_real_prometheus() -> None:
    monitored.main()
