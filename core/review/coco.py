"""Judged boxes in COCO's object detection format (https://cocodataset.org/#format-data).

An image for each picture, named by its SHA-256; a category for each label, in lower case; an
annotation for each box that was judged, or drawn because it was missed, by whoever gave a rating
that matches the filter. `bbox` is x, y, width and height in pixels of the upright picture. An
annotation says the `verdict`, its `rater`, and of a judged box the model's `score`.
"""

import json

from core.review.types import FeedbackFilter
from core.review.words import in_words
from db.copy import Sink, Source
from db.repositories.exports_coco import coco_statements
from db.repositories.review_sql import Criteria


def write_coco(source: Source, sink: Sink, criteria: Criteria, filter: FeedbackFilter) -> None:
    info = {
        "description": f"Boxes judged in Glimpse: {in_words(filter)}. Boxes are in pixels of the "
        "upright picture: turn pictures as their EXIF orientation says.",
        "version": "1.0",
    }
    statements = coco_statements(criteria)
    head = f'{{"info": {json.dumps(info, ensure_ascii=False)},\n"licenses": []'
    sink.write(head.encode())
    for name, statement in statements._asdict().items():
        sink.write(f',\n"{name}": [\n'.encode())
        source.copy_lines(statement, sink)
        sink.write(b"]")
    sink.write(b"}\n")
