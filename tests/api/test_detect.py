"""Detection over HTTP: three kinds of body, two of answer, and what is refused."""

import base64
import hashlib
import io
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from PIL import Image
from starlette.testclient import TestClient

from api.run_answers import DetectionOut
from core.detection.types import Box, Detection, PhraseScore
from tests.api.conftest import MAX_IMAGE_BYTES, error_of

PATH = "/api/v1/detect"
MSGPACK = "application/msgpack"


def as_form(client: TestClient, picture: bytes, **fields: Any) -> Any:
    return client.post(PATH, files={"image": picture}, data={"prompt": "red circle", **fields})


def as_json(client: TestClient, picture: bytes, **fields: Any) -> Any:
    image = base64.b64encode(picture).decode()
    return client.post(PATH, json={"image": image, "prompt": "red circle", **fields})


def as_msgpack(client: TestClient, picture: bytes, **fields: Any) -> Any:
    body = msgpack.packb({"image": picture, "prompt": "red circle", **fields})
    return client.post(PATH, content=body, headers={"Content-Type": MSGPACK})


@pytest.mark.parametrize("send", [as_form, as_json, as_msgpack])
def test_the_answer_has_the_contracts_fields(
    analyst: TestClient, picture: bytes, send: Callable[..., Any]
) -> None:
    answer = send(analyst, picture, box_threshold=0.01)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert set(found) == {
        *("run_id", "model", "revision", "cached", "image", "detections", "timings_ms"),
    }
    assert found["model"] == "shapes"
    assert found["image"] == {
        "width": 160,
        "height": 120,
        "sha256": hashlib.sha256(picture).hexdigest(),
    }
    assert found["detections"]
    for each in found["detections"]:
        box = each["box"]
        assert each["label"] == "red circle"
        assert 0 <= box["xmin"] <= box["xmax"] <= 160
        assert 0 <= box["ymin"] <= box["ymax"] <= 120


def test_all_kinds_of_body_find_the_same(analyst: TestClient, picture: bytes) -> None:
    found = [send(analyst, picture).json() for send in (as_form, as_json, as_msgpack)]
    assert found[0]["detections"] == found[1]["detections"] == found[2]["detections"]


def test_the_answer_is_messagepack_for_those_who_accept_it_first(
    analyst: TestClient, picture: bytes
) -> None:
    body = msgpack.packb({"image": picture, "prompt": "red circle"})
    headers = {"Content-Type": MSGPACK, "Accept": f"{MSGPACK}, application/json;q=0.5"}
    answer = analyst.post(PATH, content=body, headers=headers)
    assert answer.headers["Content-Type"] == MSGPACK
    assert msgpack.unpackb(answer.content)["image"]["width"] == 160
    headers["Accept"] = f"application/json, {MSGPACK};q=0.5"
    assert analyst.post(PATH, content=body, headers=headers).json()["model"] == "shapes"


def test_base64_may_be_wrapped_in_lines(analyst: TestClient, picture: bytes) -> None:
    image = base64.encodebytes(picture).decode()
    assert analyst.post(PATH, json={"image": image, "prompt": "red circle"}).status_code == 200


def test_boxes_are_of_the_upright_picture(analyst: TestClient) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    file = io.BytesIO()
    Image.new("RGB", (160, 120)).save(file, "JPEG", exif=exif)
    found = as_form(analyst, file.getvalue()).json()
    assert (found["image"]["width"], found["image"]["height"]) == (120, 160)


@pytest.mark.parametrize("send", [as_form, as_json, as_msgpack])
def test_unknown_fields_are_refused_by_name(
    analyst: TestClient, picture: bytes, send: Callable[..., Any]
) -> None:
    answer = send(analyst, picture, threshold=0.5)
    assert answer.status_code == 422
    message = error_of(answer)["message"]
    assert "“threshold”" in message
    assert "box_threshold" in message


def test_an_unknown_file_is_refused_by_name(analyst: TestClient, picture: bytes) -> None:
    answer = analyst.post(PATH, files={"picture": picture}, data={"prompt": "a"})
    assert answer.status_code == 422
    assert "“picture”" in error_of(answer)["message"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"prompt": "  "}, 422, "phrase"),
        ({"prompt": "a\x00b"}, 422, "control"),
        ({"prompt": 7}, 422, "prompt"),
        ({"prompt": None}, 422, "prompt"),
        ({"image": None}, 422, "picture"),
        ({"image": "no base64!"}, 422, "base64"),
        ({"image": 7}, 422, "image"),
        ({"image": base64.b64encode(b"hello").decode()}, 415, ""),
        ({"image": ""}, 415, ""),
        ({"box_threshold": "0.3"}, 422, "box_threshold"),
        ({"box_threshold": True}, 422, "box_threshold"),
        ({"box_threshold": 1.5}, 422, "1"),
        ({"caption": "yes"}, 422, "caption"),
        ({"caption": True, "prompt": " "}, 422, "caption"),
        ({"model": "other"}, 404, "shapes"),
        ({"model": "gone"}, 503, "nowhere"),
    ],
)
def test_values_that_cannot_be_are_refused(
    analyst: TestClient, picture: bytes, fields: dict[str, Any], status: int, said: str
) -> None:
    body = {"image": base64.b64encode(picture).decode(), "prompt": "red circle", **fields}
    answer = analyst.post(PATH, json=body)
    assert answer.status_code == status, answer.text
    assert said in error_of(answer)["message"]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_numbers_must_be_finite(analyst: TestClient, picture: bytes, number: bytes) -> None:
    image = base64.b64encode(picture)
    body = b'{"image": "%s", "prompt": "a", "box_threshold": %s}' % (image, number)
    answer = analyst.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "box_threshold" in error_of(answer)["message"]


@pytest.mark.parametrize("text", ["nan", "inf", "much"])
def test_numbers_in_a_form_must_be_finite(analyst: TestClient, picture: bytes, text: str) -> None:
    assert as_form(analyst, picture, box_threshold=text).status_code == 422


def test_empty_fields_of_a_form_count_as_left_out(analyst: TestClient, picture: bytes) -> None:
    empty = {"model": "", "box_threshold": "", "caption": ""}
    assert as_form(analyst, picture, **empty).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b"\xff"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"box_threshold": ' + b"1" * 5000 + b"}"),
        (MSGPACK, b"\xc1"),
        (MSGPACK, b""),
        (MSGPACK, msgpack.packb([1])),
        (MSGPACK, msgpack.packb({1: 2}, strict_types=True)),
        (MSGPACK, b"\x91" * 3000),
        ("multipart/form-data", b"no boundary"),
        (
            "multipart/form-data; boundary=x; charset=undefined",
            b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ],
)
def test_bodies_that_cannot_be_read_are_malformed(
    analyst: TestClient, kind: str, body: bytes
) -> None:
    answer = analyst.post(PATH, content=body, headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text
    assert error_of(answer)["code"] == "malformed"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "image/png"])
def test_other_kinds_of_body_are_refused(analyst: TestClient, picture: bytes, kind: str) -> None:
    answer = analyst.post(PATH, content=picture, headers={"Content-Type": kind})
    assert answer.status_code == 415
    assert "multipart/form-data" in error_of(answer)["message"]


def test_a_picture_over_the_limit_is_too_large(analyst: TestClient) -> None:
    answer = as_form(analyst, b"\x89PNG" + bytes(MAX_IMAGE_BYTES))
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "too_large"


def test_a_body_over_the_limit_is_refused_by_its_declared_length(analyst: TestClient) -> None:
    answer = as_form(analyst, bytes(2 * MAX_IMAGE_BYTES))
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "too_large"


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json"])
@pytest.mark.parametrize("path", [PATH, "/api/v1/generate"])
def test_a_body_of_unknown_length_is_counted(analyst: TestClient, path: str, kind: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
    chunks = iter([head, *[bytes(64 * 1024)] * 10])
    answer = analyst.post(path, content=chunks, headers={"Content-Type": kind})
    assert answer.status_code == 413, answer.text
    assert error_of(answer)["code"] == "too_large"


def test_nothing_is_recorded_of_what_was_refused(analyst: TestClient, bench: Any) -> None:
    as_form(analyst, b"no picture")
    actor = bench.accounts.system_actor()
    assert bench.runs.recent(actor, "detection") == ()


@pytest.mark.parametrize("send", [as_form, as_json, as_msgpack])
def test_the_words_found_in_a_caption_say_where_they_stand(
    analyst: TestClient, picture: bytes, send: Callable[..., Any]
) -> None:
    caption = "a red circle"
    sent = "true" if send is as_form else True
    answer = send(analyst, picture, prompt=caption, caption=sent, box_threshold=0.05)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["detections"][0]["label"] == "red circle"
    for each in found["detections"]:
        start, end = each["span"]
        assert caption[start:end] == each["label"]
    run = analyst.get(f"/api/v1/runs/{found['run_id']}").json()
    assert run["caption"] is True
    assert run["prompt"] == caption


def test_what_a_box_does_not_have_is_left_out() -> None:
    box = Box(0, 0, 1, 1)
    plain = DetectionOut.model_validate(Detection("cat", 0.5, box)).model_dump(mode="json")
    assert set(plain) == {"label", "score", "box"}
    full = Detection("cat", 0.5, box, (PhraseScore("dog", 0.3),), "ca", (0, 3))
    told = DetectionOut.model_validate(full).model_dump(mode="json")
    assert told["others"] == [{"label": "dog", "score": 0.3}]
    assert (told["piece"], told["span"]) == ("ca", [0, 3])
