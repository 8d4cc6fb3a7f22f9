"""Judged boxes for other programs: images, categories and annotations, each a JSON text a row."""

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Numeric,
    SQLColumnExpression,
    Text,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import DOUBLE_PRECISION

from db.models import BoxVerdict, Feedback, Image, MissedBox, Model, Run, User
from db.repositories.exports import AnySelect, extension, listed
from db.repositories.review_sql import Criteria, where_feedback

_SCORE_DIGITS, _PIXEL_DIGITS = 6, 2


class CocoStatements(NamedTuple):
    images: AnySelect
    categories: AnySelect
    annotations: AnySelect


def coco_statements(criteria: Criteria) -> CocoStatements:
    """Of every box that was judged or drawn with a matching rating, in a picture that is kept.

    Each row but the first begins with a comma. Ids start at 1 and are the same in all three as
    long as they are read in one transaction.
    """
    boxes = _boxes(criteria)
    images = _numbered(boxes.c.image, "pictures")
    categories = _numbered(boxes.c.label, "labels")
    return CocoStatements(
        _images(images), _categories(categories), _annotations(boxes, images, categories)
    )


def _images(images: CTE) -> AnySelect:
    named = func.encode(Image.sha256, "hex") + "." + extension(Image.mime)
    told = func.json_build_object(
        *("id", images.c.number, "file_name", named),
        *("width", Image.width, "height", Image.height),
    )
    return (
        listed(images.c.number, told).select_from(images).join(Image, Image.sha256 == images.c.name)
    )


def _categories(categories: CTE) -> AnySelect:
    told = func.json_build_object(
        *("id", categories.c.number, "name", categories.c.name, "supercategory", "")
    )
    return listed(categories.c.number, told)


def _annotations(boxes: CTE, images: CTE, categories: CTE) -> AnySelect:
    ordered = (boxes.c.created_at, boxes.c.feedback_id, boxes.c.place, boxes.c.id)
    number: ColumnElement[int] = func.row_number().over(order_by=ordered)
    width, height = boxes.c.x_max - boxes.c.x_min, boxes.c.y_max - boxes.c.y_min
    corners = (boxes.c.x_min, boxes.c.y_min, width, height)
    told = func.json_build_object(
        *("id", number, "image_id", images.c.number, "category_id", categories.c.number),
        *("bbox", func.json_build_array(*(_rounded(side, _PIXEL_DIGITS) for side in corners))),
        *("area", _rounded(width * height, _PIXEL_DIGITS)),
        *("segmentation", func.json_build_array(), "iscrowd", 0),
        *("verdict", boxes.c.verdict, "score", _rounded(boxes.c.score, _SCORE_DIGITS)),
        *("index", cast(boxes.c.place, Integer), "rater", User.username, "rating", boxes.c.rating),
        *("run_id", boxes.c.run_id, "feedback_id", boxes.c.feedback_id),
        *("model", Model.name, "revision", Model.revision),
    )
    return (
        listed(number, told)
        .select_from(boxes)
        .join(images, images.c.name == boxes.c.image)
        .join(categories, categories.c.name == boxes.c.label)
        .join(User, User.id == boxes.c.user_id)
        .join(Model, Model.id == boxes.c.model_id)
    )


def _boxes(criteria: Criteria) -> CTE:
    """Judged ones with their place among the run's boxes, and drawn ones without."""
    found: ColumnElement[Any] = func.jsonb_extract_path(
        Run.output, "detections", cast(BoxVerdict.box_index, Text)
    )
    judged = _of_ratings(
        criteria,
        BoxVerdict,
        cast(BoxVerdict.box_index, Text),
        func.lower(func.jsonb_extract_path_text(found, "label")),
        BoxVerdict.verdict,
        cast(func.jsonb_extract_path_text(found, "score"), DOUBLE_PRECISION),
        *(
            cast(func.jsonb_extract_path_text(found, "box", side), DOUBLE_PRECISION)
            for side in ("xmin", "ymin", "xmax", "ymax")
        ),
    ).where(func.jsonb_extract_path(found, "box", "xmin").is_not(None))
    drawn = _of_ratings(
        criteria,
        MissedBox,
        null(),
        func.lower(MissedBox.label),
        literal("missed"),
        null(),
        *(MissedBox.x_min, MissedBox.y_min, MissedBox.x_max, MissedBox.y_max),
    )
    return union_all(judged, drawn).cte("boxes")


def _of_ratings(criteria: Criteria, table: type[BoxVerdict | MissedBox], *of_box: Any) -> AnySelect:
    names = ("place", "label", "verdict", "score", "x_min", "y_min", "x_max", "y_max")
    types = (Text, Text, Text, *(DOUBLE_PRECISION,) * 5)
    return (
        select(
            table.id.label("id"),
            Feedback.id.label("feedback_id"),
            *(Feedback.run_id, Feedback.user_id, Feedback.model_id),
            *(Feedback.created_at, Feedback.rating, Run.image_sha256.label("image")),
            *(
                cast(value, type).label(name)
                for name, type, value in zip(names, types, of_box, strict=True)
            ),
        )
        .select_from(Feedback)
        .join(table, (table.run_id == Feedback.run_id) & (table.user_id == Feedback.user_id))
        .join(Run, Run.id == Feedback.run_id)
        .where(*where_feedback(criteria), Feedback.verdicts != [], Run.image_sha256.is_not(None))
    )


def _numbered(column: ColumnElement[Any], name: str) -> CTE:
    """The different values, numbered from 1 on in their order."""
    values = select(column.label("name")).distinct().subquery()
    number = func.row_number().over(order_by=values.c.name)
    return select(number.label("number"), values.c.name).cte(name)


def _rounded(column: SQLColumnExpression[Any], digits: int) -> ColumnElement[Any]:
    return func.round(cast(column, Numeric), digits)
