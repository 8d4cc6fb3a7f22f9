"""What is found, what of it can be used, and why the rest cannot."""

import json

import pytest

from core.plugins.loading import load
from core.plugins.types import Group, Takes
from tests.conftest import captured_logs
from tests.core.plugins.conftest import EXPORTER, Install


def test_the_pdf_report_is_found_first_without_an_installed_package() -> None:
    first = load().listed[0]
    assert (first.name, first.package, first.group) == ("pdf", "Glimpse", Group.EXPORTERS)
    assert first.usable
    assert first.takes == tuple(Takes)


def test_an_installed_package_is_found_by_its_entry_points(install: Install) -> None:
    install("lines", EXPORTER, exporters={"lines": "lines:exporter"})
    found = load()
    listed = next(each for each in found.listed if each.name == "lines")
    assert listed.usable
    assert (listed.package, listed.title) == ("lines 1.0", "Lines")
    assert found.exporters["lines"].suffix == "txt"


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("bad", "import nowhere", "cannot be imported: ModuleNotFoundError"),
        ("bad", "raise SystemExit(3)", "cannot be imported: SystemExit"),
        ("bad", "x = 1", "cannot be imported: AttributeError"),
        ("bad", "class exporter: protocol = 1", "is a class"),
        ("bad", EXPORTER.replace("protocol = 1", "protocol = 2"), "written for version 2"),
        ("bad", EXPORTER.replace('"Lines"', "None"), "“title” must be"),
        ("bad", EXPORTER.replace("def export", "def write"), "no method “export”"),
        ("bad", EXPORTER.replace('"txt"', '"../txt"'), "“suffix” is not one"),
        ("bad", EXPORTER.replace("text/plain", "text\\r\\nX: y"), "“media_type” is not one"),
        ("bad", EXPORTER.replace('"review"', '"audit"'), "“takes” must hold some of"),
        ("Bad Name", EXPORTER, "small letters"),
        ("csv", EXPORTER, "makes files of this name itself"),
        ("pdf", EXPORTER, "the first one is used"),
    ],
)
def test_what_cannot_be_used_is_listed_with_why_and_stops_nothing(
    install: Install, name: str, code: str, why: str
) -> None:
    install("broken", code, exporters={name: "broken:exporter"})
    install("lines", EXPORTER, exporters={"lines": "lines:exporter"})
    found = load()
    (refused,) = (each for each in found.listed if each.package == "broken 1.0")
    assert why in refused.why
    assert not refused.usable
    assert set(found.exporters) == {"pdf", "lines"}


@pytest.mark.parametrize(
    ("code", "event", "why"),
    [
        ("import nowhere", "plugin_not_imported", "It cannot be imported: ModuleNotFoundError"),
        (
            EXPORTER.replace('title = "Lines"', "title = property(lambda self: 1 / 0)"),
            "plugin_not_read",
            "It cannot be read: ZeroDivisionError",
        ),
    ],
)
def test_where_its_code_fails_the_trace_is_logged(
    install: Install, code: str, event: str, why: str
) -> None:
    install("broken", code, exporters={"bad": "broken:exporter"})
    with captured_logs("warning") as logged:
        (refused,) = (each for each in load().listed if each.package == "broken 1.0")
    assert refused.why.startswith(why)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [event, "plugin_refused"]
    assert why.rpartition(" ")[2] in str(lines[0]["exception"])


def test_of_two_packages_with_one_name_the_first_by_name_is_used(install: Install) -> None:
    install("second", EXPORTER, exporters={"same": "second:exporter"})
    install("first", EXPORTER, exporters={"same": "first:exporter"})
    listed = {each.package: each.usable for each in load().listed}
    assert (listed["first 1.0"], listed["second 1.0"]) == (True, False)
