"""Finding plugins by their entry points, and checking them; none of them can stop the product."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points

import structlog

from core.detection.downloads import DownloadFormat
from core.plugins import builtin
from core.plugins.types import PROTOCOL, Group, Listed, Loaded, Takes
from core.review.export import FORMATS

log = structlog.get_logger()

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")
_SUFFIX = re.compile(r"[a-z0-9]{1,12}(\.[a-z0-9]{1,12})?")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; ?[a-z]+=[A-Za-z0-9-]+)?")
_LONGEST_TITLE = 60
_OWN_FORMATS = frozenset({*DownloadFormat, *FORMATS})
"""Names of files that the product makes without a plugin."""


def load() -> Loaded:
    """Everything that is declared, our own first, then by package and name."""
    listed: list[Listed] = []
    usable: dict[Group, dict[str, object]] = {group: {} for group in Group}
    for point in _declared():
        taken = usable[Group(point.group)]
        entry, plugin = _loaded(point, taken)
        listed.append(entry)
        if entry.usable:
            taken[point.name] = plugin
        else:
            log.warning("plugin_refused", plugin=entry.name, package=entry.package, why=entry.why)
    return Loaded(
        tuple(listed),
        usable[Group.EXPORTERS],  # type: ignore[arg-type]  # checked one by one
        usable[Group.POSTPROCESSORS],  # type: ignore[arg-type]
    )


def _declared() -> Iterator[EntryPoint]:
    yield from builtin.ENTRY_POINTS
    for group in Group:
        yield from sorted(entry_points(group=group), key=lambda each: (_package(each), each.name))


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else builtin.PACKAGE


def _loaded(point: EntryPoint, taken: Iterable[str]) -> tuple[Listed, object]:
    entry = Listed(Group(point.group), point.name, _package(point))
    why = _why_not_named(point, taken)
    if why:
        return replace(entry, why=why), None
    try:
        plugin: object = point.load()
    except (Exception, SystemExit) as error:
        log.warning("plugin_not_imported", plugin=point.name, exc_info=error)
        return replace(entry, why=f"It cannot be imported: {_said(error)}"), None
    try:
        why = "; ".join(_wrong(entry.group, plugin))
        title = "" if why else str(getattr(plugin, "title", ""))
        takes = () if why else _takes(entry.group, plugin)
    except Exception as error:
        log.warning("plugin_not_read", plugin=point.name, exc_info=error)
        return replace(entry, why=f"It cannot be read: {_said(error)}"), None
    return replace(entry, why=why, title=title, takes=takes), plugin


def _why_not_named(point: EntryPoint, taken: Iterable[str]) -> str:
    if not _NAME.fullmatch(point.name):
        return "Its name must be small letters, digits and hyphens, 40 at most."
    if point.name in taken:
        return "Another plugin has this name already; the first one is used."
    if point.group == Group.EXPORTERS and point.name in _OWN_FORMATS:
        return "The product makes files of this name itself."
    return ""


def _wrong(group: Group, plugin: object) -> Iterator[str]:
    """What keeps it from being used, in words."""
    if isinstance(plugin, type):
        yield f"{plugin.__name__} is a class; the entry point must name an object of it"
        return
    protocol = getattr(plugin, "protocol", None)
    if protocol != PROTOCOL:
        yield f"it is written for version {protocol} of the protocol; this is version {PROTOCOL}"
        return
    title = getattr(plugin, "title", None)
    if not isinstance(title, str) or not 0 < len(title.strip()) <= _LONGEST_TITLE:
        yield f"“title” must be a text of 1 to {_LONGEST_TITLE} characters"
    method = "export" if group is Group.EXPORTERS else "process"
    if not callable(getattr(plugin, method, None)):
        yield f"it has no method “{method}”"
    if group is Group.EXPORTERS:
        yield from _wrong_file(plugin)


def _wrong_file(plugin: object) -> Iterator[str]:
    for name, form in (("media_type", _MEDIA_TYPE), ("suffix", _SUFFIX)):
        said = getattr(plugin, name, None)
        if not isinstance(said, str) or not form.fullmatch(said):
            yield f"“{name}” is not one"
    takes = getattr(plugin, "takes", None)
    if isinstance(takes, str) or not takes or not set(takes) <= set(Takes):
        yield f"“takes” must hold some of: {', '.join(Takes)}"


def _takes(group: Group, plugin: object) -> tuple[Takes, ...]:
    if group is not Group.EXPORTERS:
        return ()
    said = set(getattr(plugin, "takes", ()))
    return tuple(kind for kind in Takes if kind in said)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
