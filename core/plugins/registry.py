"""The plugins of this process, looked for once, and only when one is asked for."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from core.errors import Invalid
from core.plugins.loading import load
from core.plugins.types import Exporter, Group, Listed, Loaded, Postprocessor

MAX_POSTPROCESSORS = 8

_Kind = TypeVar("_Kind")


class PluginRegistry:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Loaded | None = None

    @property
    def found(self) -> Loaded:
        with self._lock:
            if self._found is None:
                self._found = load()
            return self._found

    def usable(self, group: Group) -> tuple[Listed, ...]:
        return tuple(each for each in self.found.listed if each.usable and each.group is group)

    def exporter(self, name: str, own: Iterable[str]) -> Exporter:
        """The exporter; `Invalid` names what there is else, the product's `own` formats first."""
        return _named(self.found.exporters, name, "format", tuple(own))

    def postprocessors(self, names: Sequence[str]) -> tuple[tuple[str, Postprocessor], ...]:
        """Those of the names, in this order. Raises `Invalid` for none, too many or unknown."""
        if not 1 <= len(names) <= MAX_POSTPROCESSORS:
            raise Invalid(
                f"{len(names)} post-processors were asked for; name 1 to {MAX_POSTPROCESSORS}.",
                facts={"field": "postprocess", "max": MAX_POSTPROCESSORS},
            )
        known = self.found.postprocessors
        return tuple((name, _named(known, name, "postprocess")) for name in names)


def _named(known: Mapping[str, _Kind], name: str, field: str, own: Sequence[str] = ()) -> _Kind:
    if name in known:
        return known[name]
    allowed = [*own, *known]
    said = f"use one of: {', '.join(allowed)}" if allowed else "none is installed"
    raise Invalid(
        f"There is no {field} “{name[:20]}”; {said}.", facts={"field": field, "allowed": allowed}
    )
