"""The product shown in a browser, from signing in to the report: pictures for the README, a clip.

Written to docs/images; run it again when a page looks different.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench.camera import Camera
from bench.chromium import FLAGS, executable
from bench.product import Product, manage
from bench.running import running
from bench.steps import boxes, detect_sample, generate, settle, sign_in
from core.config import ROOT

SAMPLES = ROOT / "ui" / "samples"
IMAGES = ROOT / "docs" / "images"
_WHO, _WORDS = "grace", "a careful second look"
_PATIENCE_MS = 60_000
_CALM = """
[[generator]]
id = "calm"
source = "builtin:fake?tokens_per_second=25"
"""
_PROMPT = "Write about the weather"
_PHRASES = "red circle. blue star. green cloud. orange arrow. yellow star. pink heart."


def record(folder: Path) -> None:
    with _page() as page:
        camera = Camera(page)
        page.goto("/detection")
        expect(page.get_by_label("Username", exact=True)).to_be_visible()
        camera.look()
        sign_in(page, _WHO, _WORDS)
        detection(camera, folder)
        generation(camera, folder)
        batch(camera, folder)
        feedback(camera, folder)
        system(camera, folder)
        camera.clip(folder / "tour.webp")


def detection(camera: Camera, folder: Path) -> None:
    """Boxes, a verdict on one of them, stars; and what can be taken away."""
    page = camera.page
    detect_sample(page, "Stickers")
    settle(page)
    page.mouse.move(0, 0)
    camera.look(2000)
    camera.picture(folder / "detection.png")
    boxes(page).first.click()
    camera.look()
    page.keyboard.press("1")
    expect(page.get_by_test_id("boxview-saved")).to_contain_text("saved", ignore_case=True)
    camera.look()
    page.get_by_role("radio", name="4 out of 5 stars").click()
    settle(page)
    page.get_by_role("button", name="Save rating").click()
    expect(page.get_by_text(re.compile(r"Saved .*: 4 of 5\.$"))).to_be_visible()
    camera.look(2000)
    download = page.get_by_role("button", name="Download")
    download.scroll_into_view_if_needed()
    download.click()
    expect(page.get_by_role("link", name="PDF report")).to_be_visible()
    camera.look(2000)
    page.keyboard.press("Escape")


def generation(camera: Camera, folder: Path) -> None:
    """A text as it is written, and stopped."""
    page = camera.page
    generate(page, _PROMPT, model="calm", tokens=2000)
    camera.watch(1.6)
    page.get_by_test_id("tokenstream-stop").click()
    expect(page.get_by_role("button", name="Edit and resend")).to_be_visible()
    settle(page)
    camera.look(2000)
    generate(page, "Findings: 3 red circle; 1 blue star. Report:", model="reporter")
    expect(page.get_by_role("button", name="Edit and resend")).to_be_visible()
    settle(page)
    camera.picture(folder / "generation.png")


def batch(camera: Camera, folder: Path) -> None:
    """Pictures worked off, until the last one is done."""
    page = camera.page
    page.goto("/batch")
    settle(page)
    files = sorted(path for path in SAMPLES.iterdir() if path.suffix in {".png", ".jpg"})
    page.locator("input[type=file]").set_input_files(files)
    settle(page)
    page.get_by_label("What to look for", exact=True).fill(_PHRASES)
    page.get_by_label("What to look for", exact=True).press("Tab")
    settle(page)
    camera.look()
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page).to_have_url(re.compile("job="))
    expect(page.get_by_text(f"{len(files)} of {len(files)}")).to_be_visible()
    settle(page)
    page.wait_for_timeout(2000)
    camera.look(2500)
    camera.picture(folder / "batch.png")


def feedback(camera: Camera, folder: Path) -> None:
    """The dashboard, one rating beside it, and the report."""
    page = camera.page
    page.goto("/feedback")
    settle(page)
    page.wait_for_timeout(3000)  # the charts draw themselves
    camera.look(3000)
    camera.picture(folder / "feedback.png")
    page.get_by_role("button", name="Export").click()
    report = page.get_by_role("link", name="PDF report")
    expect(report).to_be_visible()
    camera.look(2500)
    with page.expect_download() as download:
        report.click()
    if not download.value.suggested_filename.endswith(".pdf"):
        raise RuntimeError("The report is no PDF file.")


def system(camera: Camera, folder: Path) -> None:
    page = camera.page
    page.goto("/system")
    settle(page)
    page.wait_for_timeout(1500)
    camera.look(2500)
    camera.picture(folder / "system.png")


@contextmanager
def _page() -> Iterator[Page]:
    """An admin's page of a product with demo data in it."""
    expect.set_options(timeout=_PATIENCE_MS)
    with running(_CALM) as product, sync_playwright() as playwright:
        _fill(product)
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        page = browser.new_page(base_url=product.address, viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_PATIENCE_MS)
        yield page
        browser.close()


def _fill(product: Product) -> None:
    manage(product, "users", "add", _WHO, "--role", "admin", "--password-stdin", typed=_WORDS)
    manage(product, "demo", "load", "--runs", "8000", "--seed", "1")


if __name__ == "__main__":
    record(IMAGES)
    for path in sorted(IMAGES.iterdir()):
        sys.stdout.write(f"{path.name} {path.stat().st_size / 1000:.0f} kB\n")
