"""A detection as YAML, and boxes of which none overlaps another much."""

import json
from collections.abc import Iterator, Sequence

from core.detection.boxes import suppress
from core.detection.types import Detection, ImageInfo
from core.plugins.types import DetectionSubject, Subject


class YamlFile:
    protocol = 1
    title = "YAML"
    media_type = "application/yaml"
    suffix = "yaml"
    takes = ("detection",)

    def export(self, subject: Subject) -> Iterator[bytes]:
        """A piece for each box; what is JSON is YAML too, and so are quoted names and numbers."""
        assert isinstance(subject, DetectionSubject)
        yield f"run: {subject.run.id}\nboxes:\n".encode()
        for found in subject.run.detections:
            sides = [round(side, 1) for side in vars(found.box).values()]
            yield f"  - {{label: {json.dumps(found.label)}, box: {sides}}}\n".encode()


class Apart:
    protocol = 1
    title = "No overlaps over 0.5"

    def process(self, detections: Sequence[Detection], image: ImageInfo) -> Sequence[Detection]:
        return suppress(detections, 0.5)


exporter = YamlFile()
apart = Apart()
