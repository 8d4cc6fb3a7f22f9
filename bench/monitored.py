"""Do the shipped dashboard and rules find data? ``python -m bench.monitored``

A real Prometheus, with the shipped configuration, scrapes a product that is used from all its
faces. Then every query of the dashboard, and every figure that a rule looks at, is asked for.
Panels of graphics cards stay empty on a machine without one, which is said.
"""

import json
import re
import sys
import time
from math import isfinite

import httpx2
from playwright.sync_api import expect, sync_playwright

from bench.chromium import FLAGS, executable
from bench.pictures import PROMPT, several
from bench.product import Product, manage
from bench.prometheus import Prometheus, scraping
from bench.running import ANALYST, WORDS, running
from bench.steps import detect_sample, generate, sign_in
from bench.workbenches import folder
from core.config import ROOT
from core.gpus import Gpus

DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "glimpse.json"
ROUNDS, WINDOW_S = 12, 120
_GPU = "glimpse_gpu_"
_VARIABLES = {"$__rate_interval": "20s", "$task": ".*", "$model": ".*"}
_SELECTOR = re.compile(r"\b(?:glimpse_\w+|up)(?:\{[^}]*\})?")
_BROKEN = '\n[[detector]]\nid = "gone"\nsource = "./nowhere"\n'


def main() -> None:
    with (
        running(models=_BROKEN) as product,
        folder() as place,
        scraping(product, place / "prometheus") as prometheus,
    ):
        _use_pages(product)
        _use_api(product)
        time.sleep(3)  # so that the last of it is scraped
        missing = [*_faces(prometheus), *_panels(prometheus), *_rules(prometheus)]
    if missing:
        sys.exit(f"No data for: {'; '.join(missing)}")


def _use_pages(product: Product) -> None:
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page(base_url=product.address)
        page.goto("/detection")
        sign_in(page, ANALYST, WORDS)
        detect_sample(page, "Stickers")
        generate(page, "red circle 0.93", model="pace", tokens=50)
        browser.close()


def _use_api(product: Product) -> None:
    """Detections new, repeated, refused and failed, texts, and a job; a round a second."""
    secret = manage(product, "keys", "add", ANALYST, "--label", "monitored").split()[-1]
    headers = {"Authorization": f"Bearer {secret}"}
    text = {"prompt": "red circle 0.93", "model": "pace", "max_new_tokens": 40}
    job = {"kind": "generate", "prompts": ["one", "two", "three"], "model": "pace"}
    with httpx2.Client(base_url=product.address, headers=headers, timeout=60) as client:
        for turn, picture in enumerate(several(ROUNDS)):
            for content, more in (
                (picture, {}),
                (picture, {}),
                (b"no picture", {}),
                (picture, {"model": "gone"}),
            ):
                asked = {"prompt": PROMPT, **more}
                client.post("/api/v1/detect", files={"image": content}, data=asked)
            client.post("/api/v1/generate", json=text)
            if turn % 5 == 0:
                client.post("/api/v1/jobs", json=job | {"max_new_tokens": 20}).raise_for_status()
            time.sleep(0.5)


def _faces(prometheus: Prometheus) -> list[str]:
    """Those of the faces that were used and not counted."""
    query = "sum by (face) (glimpse_requests_total) > 0"
    counted = {one["metric"]["face"] for one in prometheus.ask("query", {"query": query})["result"]}
    return [f"requests of the face {face}" for face in ("ui", "api", "job") if face not in counted]


def _panels(prometheus: Prometheus) -> list[str]:
    """Say what each panel shows; those that should show something and do not."""
    missing = []
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            found = _series(prometheus, _filled(target["expr"]))
            name = f"{panel['title']}, {target['legendFormat'] or target['refId']}"
            if not found and not (_GPU in target["expr"] and not Gpus().now()):
                missing.append(name)
            told = f"{found} series" if found else "no data"
            if target["exemplar"]:
                traced = _traced(prometheus, _filled(target["expr"]))
                told += f", {traced} exemplars"
                missing += [] if traced else [f"exemplars of {name}"]
            if _GPU in target["expr"] and not found:
                told += " (there is no graphics card here)"
            print(f"{name}: {told}", flush=True)
    return missing


def _rules(prometheus: Prometheus) -> list[str]:
    """Say how each rule stands; figures that one looks at and that are not there."""
    missing = []
    for group in prometheus.ask("rules")["groups"]:
        for rule in group["rules"]:
            looked_at = sorted(set(_SELECTOR.findall(rule["query"])))
            gone = [one for one in looked_at if not _series(prometheus, one)]
            print(f"{rule['name']}: {rule['state']}, health {rule['health']}", flush=True)
            missing += [f"{one} of {rule['name']}" for one in gone]
            missing += [rule["name"]] if rule["health"] != "ok" else []
    return missing


def _filled(query: str) -> str:
    for name, value in _VARIABLES.items():
        query = query.replace(name, value)
    return query


def _series(prometheus: Prometheus, query: str) -> int:
    """How many series have a number in the time looked at."""
    result = prometheus.ask("query_range", {"query": query, "step": 1, **_window()})["result"]
    return sum(any(isfinite(float(value)) for _, value in one["values"]) for one in result)


def _traced(prometheus: Prometheus, query: str) -> int:
    found = prometheus.ask("query_exemplars", {"query": query, **_window()})
    return sum("trace_id" in one["labels"] for series in found for one in series["exemplars"])


def _window() -> dict[str, float]:
    return {"start": time.time() - WINDOW_S, "end": time.time()}


if __name__ == "__main__":
    main()
