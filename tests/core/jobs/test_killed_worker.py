"""Workers are killed while they do a job: the next one goes on, and nothing is lost or doubled."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import text

from core.config import ROOT, Settings
from core.inference.registry import ModelRegistry
from core.jobs.service import JobService
from core.jobs.types import DetectTask, JobState
from core.permissions import Actor
from db.session import Database

_PICTURES = 300
_KILLED_AT = (60, 150)
_PATIENCE_S = 600
pytestmark = pytest.mark.slow


def _archive() -> io.BytesIO:
    """As many different pictures, each of a circle somewhere."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(_PICTURES):
            image = Image.new("RGB", (160, 120), (200, 200, number % 256))
            x, y = number % 97, number // 4
            ImageDraw.Draw(image).ellipse((x, y, x + 40, y + 40), fill=(220, 30, 30))
            file = io.BytesIO()
            image.save(file, "PNG")
            archive.writestr(f"folder/{number:03}.png", file.getvalue())
    packed.seek(0)
    return packed


@contextmanager
def _worker(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    told = {
        "GLIMPSE_DATABASE_URL": url,
        "GLIMPSE_SECRET_KEY": "a-key-for-tests-that-is-long-enough",
        "GLIMPSE_DATA_DIR": str(folder),
        "GLIMPSE_DEVICE": "cpu",
    }
    command = [sys.executable, "manage.py", "worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **told}, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_three_hundred_pictures_are_each_done_once_though_two_workers_are_killed(
    database: Database, database_url: str, ann: Actor, detectors: ModelRegistry, tmp_path: Path
) -> None:
    jobs = JobService(database, detectors, Settings(data_dir=tmp_path))
    job = jobs.detect_archive(ann, _archive(), DetectTask("red circle", model="shapes"))
    began, resumed = time.monotonic(), []
    for stage in (*_KILLED_AT, _PICTURES):
        before = jobs.get(ann, job.id).progress.done
        with _worker(database_url, tmp_path) as process:
            started, first = time.monotonic(), None
            while (found := jobs.get(ann, job.id)).progress.done < stage:
                assert time.monotonic() - started < _PATIENCE_S
                assert process.poll() is None
                if first is None and found.progress.done > before:
                    first = time.monotonic() - started
                time.sleep(0.05)
            resumed.append(first)
            if stage == _PICTURES:
                while jobs.get(ann, job.id).state is not JobState.DONE:
                    time.sleep(0.05)
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0
            else:
                process.send_signal(signal.SIGKILL)
    found = jobs.get(ann, job.id)
    assert (found.state, found.progress.done, found.progress.failed) == (
        *(JobState.DONE, _PICTURES),
        0,
    )
    with database.unit_of_work() as session:
        count = "select count(*), count(distinct image_sha256) from runs"
        assert tuple(session.execute(text(count)).one()) == (_PICTURES, _PICTURES)
        lost = "select count(*) from job_items where run_id not in (select id from runs)"
        assert session.scalar(text(lost)) == 0
        assert session.scalar(text("select count(*) from procrastinate_jobs")) == 0
    seconds = time.monotonic() - began
    print(f"{_PICTURES} pictures in {seconds:.0f} s; first after each start: {resumed}")
