"""Files that plugins make, for those who may have them; and boxes as they leave them."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from core.config import Settings
from core.errors import Invalid, NotAllowed, NotFound
from core.feedback.service import FeedbackService
from core.permissions import Actor, Role
from core.plugins.service import PluginService
from core.plugins.types import PluginFailed, Takes
from core.review.types import FeedbackFilter
from db.models import AuditEntry
from db.session import Database
from tests.core.plugins.conftest import EXPORTER, Install
from tests.core.review import rows
from tests.plugins.wiring import plugin_service

TOLD = """
import json

class Told:
    protocol = 1
    title = "What it was given"
    media_type = "application/json"
    suffix = "json"
    takes = ("detection", "generation", "review")

    def export(self, subject):
        said = [[each.username, each.feedback.rating] for each in getattr(subject, "ratings", ())]
        yield json.dumps({"kind": type(subject).__name__, "ratings": said}).encode()

class Broken(Told):
    def export(self, subject):
        raise RuntimeError("no")

class Halved:
    protocol = 1
    title = "Half as wide"

    def process(self, detections, image):
        from dataclasses import replace
        for one in detections:
            yield one
            yield replace(one, box=replace(one.box, xmax=(one.box.xmin + one.box.xmax) / 2))

told, broken, halved = Told(), Broken(), Halved()
"""


@pytest.fixture
def plugins(database: Database, settings: Settings, install: Install) -> PluginService:
    exporters = {"told": "told:told", "broken": "told:broken"}
    install("told", TOLD, exporters=exporters, postprocessors={"halved": "told:halved"})
    of_views = EXPORTER.replace('("detection", "generation", "review")', '("review",)')
    install("lines", of_views, exporters={"lines": "lines:exporter"})
    return plugin_service(database, settings)


@pytest.fixture
def root(database: Database) -> Actor:
    return rows.person(database, "root", Role.ADMIN)


@pytest.fixture
def detected(database: Database, ann: Actor) -> UUID:
    model = rows.model(database, "detection", "shapes")
    digest = rows.image(database)
    return rows.run(database, ann, model, task="detection", text="cat", image_sha256=digest)


def test_a_run_is_given_with_the_ratings_its_owner_may_see(
    plugins: PluginService, database: Database, ann: Actor, root: Actor, detected: UUID
) -> None:
    feedback = FeedbackService(database)
    feedback.rate(root, detected, 1)
    feedback.rate(ann, detected, 5)
    own = plugins.export_run(ann, detected, "told")
    assert (own.name, own.mime) == (f"glimpse-{detected}.json", "application/json")
    assert json.loads(own.content) == {"kind": "DetectionSubject", "ratings": [["ann", 5]]}
    everybody = json.loads(plugins.export_run(root, detected, "told").content)
    assert everybody["ratings"] == [["root", 1], ["ann", 5]]


def test_a_text_is_given_too_and_a_running_one_is_not(
    plugins: PluginService, database: Database, ann: Actor
) -> None:
    model = rows.model(database, "generation", "reporter")
    done = rows.run(database, ann, model)
    assert json.loads(plugins.export_run(ann, done, "told").content)["kind"] == "GenerationSubject"
    running = rows.run(database, ann, model, status="running")
    with pytest.raises(Invalid, match="still being written"):
        plugins.export_run(ann, running, "told")


def test_somebody_elses_run_is_unknown_and_an_admins_export_of_it_is_audited(
    plugins: PluginService, database: Database, root: Actor, ann: Actor, detected: UUID
) -> None:
    bob = rows.person(database, "bob")
    with pytest.raises(NotFound):
        plugins.export_run(bob, detected, "told")
    plugins.export_run(ann, detected, "told")
    assert audited(database) == []
    plugins.export_run(root, detected, "told")
    assert audited(database) == ["runs told"]


def test_a_guest_takes_no_files_away(plugins: PluginService, database: Database) -> None:
    guest = rows.person(database, "guest", Role.GUEST)
    with pytest.raises(NotAllowed):
        plugins.export_run(guest, UUID(int=1), "told")
    with pytest.raises(NotAllowed):
        plugins.listed(guest)


def test_a_broken_exporter_fails_alone(plugins: PluginService, ann: Actor, detected: UUID) -> None:
    with pytest.raises(PluginFailed, match="The exporter “broken” failed"):
        plugins.export_run(ann, detected, "broken")
    assert plugins.export_run(ann, detected, "told").content


def test_the_name_and_what_it_takes_are_checked_and_what_there_is_is_named(
    plugins: PluginService, ann: Actor, detected: UUID
) -> None:
    with pytest.raises(Invalid, match="use one of: json, csv, coco, png, pdf, lines"):
        plugins.export_run(ann, detected, "docx")
    with pytest.raises(Invalid, match="“lines” makes no file of a detection; use: pdf, broken"):
        plugins.export_run(ann, detected, "lines")
    assert [each.name for each in plugins.exporters(Takes.DETECTION)] == ["pdf", "broken", "told"]


def test_a_view_is_for_those_who_may_have_everything_and_is_audited(
    plugins: PluginService, database: Database, ann: Actor, root: Actor, detected: UUID
) -> None:
    with pytest.raises(NotAllowed):
        plugins.export_review(ann, FeedbackFilter(), "lines")
    made = plugins.export_review(root, FeedbackFilter(rating_min=4), "lines")
    assert made.content == b"a line"
    assert made.name.startswith("glimpse-feedback-")
    assert audited(database) == ["ratings lines"]


def test_boxes_go_through_post_processors_and_the_run_stays_as_it_is(
    plugins: PluginService, database: Database, ann: Actor, root: Actor, detected: UUID
) -> None:
    made = plugins.processed(ann, detected, ["halved"])
    assert made.places == (0, None)
    assert [box.box.xmax for box in made.detections] == [9, 4.5]
    twice = plugins.processed(ann, detected, ["halved", "halved"])
    assert len(twice.detections) == 4
    assert len(twice.run.raw) == 1
    with pytest.raises(Invalid, match="There is no postprocess “x”; use one of: halved"):
        plugins.processed(ann, detected, ["x"])
    with pytest.raises(NotFound):
        plugins.processed(rows.person(database, "bob"), detected, ["halved"])


def audited(database: Database) -> list[str | None]:
    with database.unit_of_work() as session:
        return list(session.scalars(select(AuditEntry.target_id)))
