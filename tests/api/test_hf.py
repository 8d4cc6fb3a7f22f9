"""The Hugging Face format: its own client reads us, and one Glimpse asks another."""

import base64
import io
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import (
    InferenceClient,
    ZeroShotObjectDetectionInput,
    ZeroShotObjectDetectionOutputElement,
    ZeroShotObjectDetectionParameters,
)
from huggingface_hub.errors import HfHubHTTPError
from huggingface_hub.inference._providers.hf_inference import HFInferenceBinaryInputTask
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from api.app import create_app
from core.config import Settings
from core.detection.types import DetectionParams
from core.errors import Unavailable
from core.inference.registry import ModelRegistry
from core.inference.types import ModelState
from core.permissions import Role, Scope
from core.runs.types import Task
from core.workbench import Workbench
from db.session import Database
from tests.api.conftest import People, bench_over, error_of
from tests.api.test_fuzz import ODD
from tests.api.test_served import served

PATH = "/hf/shapes"
LABELS = ["blue square", "red circle"]


@pytest.fixture(scope="module")
def two_shapes() -> bytes:
    """A PNG of 160 x 120 pixels: a red circle and a blue square on grey."""
    image = Image.new("RGB", (160, 120), (200, 200, 200))
    draw = ImageDraw.Draw(image)
    draw.ellipse((15, 30, 65, 80), fill=(220, 30, 30))
    draw.rectangle((95, 30, 145, 80), fill=(30, 60, 210))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def body(picture: bytes, **parameters: Any) -> dict[str, Any]:
    given = {"candidate_labels": LABELS, **parameters}
    return {"inputs": base64.b64encode(picture).decode(), "parameters": given}


@pytest.fixture
def address(bench: Workbench) -> Iterator[str]:
    with served(create_app(lambda: bench)) as url:
        yield url


class Client(InferenceClient):
    """The library's client, with the one call that it has types and a format for but no method."""

    def zero_shot_object_detection(
        self, image: bytes, candidate_labels: list[str]
    ) -> list[ZeroShotObjectDetectionOutputElement]:
        task = HFInferenceBinaryInputTask("zero-shot-object-detection")
        request = task.prepare_request(
            inputs=image,
            parameters={"candidate_labels": candidate_labels},
            headers=self.headers,
            model=self.model,
            api_key=self.token,
        )
        return ZeroShotObjectDetectionOutputElement.parse_obj_as_list(self._inner_post(request))


def test_the_librarys_own_client_is_answered(
    address: str, people: People, two_shapes: bytes
) -> None:
    client = Client(model=f"{address}{PATH}", token=people.key("ana"))
    found = client.zero_shot_object_detection(two_shapes, candidate_labels=LABELS)
    assert {each.label for each in found} == set(LABELS)
    assert [each.score for each in found] == sorted((e.score for e in found), reverse=True)
    box = next(each.box for each in found if each.label == "blue square")
    assert all(isinstance(edge, int) for edge in (box.xmin, box.ymin, box.xmax, box.ymax))
    assert abs(box.xmin - 95) <= 6
    assert abs(box.ymax - 80) <= 6


def test_the_librarys_public_call_with_labels_is_answered(
    address: str, people: People, two_shapes: bytes
) -> None:
    """Classification with labels is asked in the same form; the boxes come along."""
    client = InferenceClient(model=f"{address}{PATH}", token=people.key("ana"))
    found = client.zero_shot_image_classification(two_shapes, candidate_labels=LABELS)
    assert {each.label for each in found} == set(LABELS)
    assert all(each["box"]["xmax"] > each["box"]["xmin"] for each in found)


def test_the_librarys_client_hears_why_it_is_refused(address: str, two_shapes: bytes) -> None:
    client = Client(model=f"{address}{PATH}", token="wrong")
    with pytest.raises(HfHubHTTPError, match="The API key is not valid"):
        client.zero_shot_object_detection(two_shapes, candidate_labels=LABELS)


def test_the_librarys_request_type_is_what_is_read(analyst: TestClient, two_shapes: bytes) -> None:
    asked = ZeroShotObjectDetectionInput(
        inputs=base64.b64encode(two_shapes).decode(),
        parameters=ZeroShotObjectDetectionParameters(candidate_labels=LABELS),
    )
    answer = analyst.post(PATH, content=json.dumps(asked))
    assert answer.status_code == 415, "the kind of body must be said"
    answer = analyst.post(PATH, json=asked)
    assert answer.status_code == 200, answer.text
    assert {each["label"] for each in answer.json()} == set(LABELS)


def test_the_answer_is_that_of_detect_in_whole_pixels(
    analyst: TestClient, two_shapes: bytes
) -> None:
    ours = analyst.post(
        "/api/v1/detect",
        json={
            "image": base64.b64encode(two_shapes).decode(),
            "prompt": ". ".join(LABELS),
            "box_threshold": 0.05,
        },
    ).json()["detections"]
    theirs = analyst.post(PATH, json=body(two_shapes, threshold=0.05)).json()
    assert [(each["label"], each["score"]) for each in theirs] == [
        (each["label"], each["score"]) for each in ours
    ]
    for our, their in zip(ours, theirs, strict=True):
        assert set(their) == {"score", "label", "box"}
        for edge, value in their["box"].items():
            assert type(value) is int
            assert abs(value - our["box"][edge]) <= 1


def test_labels_may_be_one_text_and_the_picture_a_data_url(
    analyst: TestClient, two_shapes: bytes
) -> None:
    plain = analyst.post(PATH, json=body(two_shapes)).json()
    asked = body(two_shapes, candidate_labels="blue square, red circle,")
    asked["inputs"] = f"data:image/png;base64,{asked['inputs']}"
    assert analyst.post(PATH, json=asked).json() == plain


def test_full_stops_and_commas_do_not_split_a_label(analyst: TestClient, two_shapes: bytes) -> None:
    label = "red. circle, small"
    answer = analyst.post(PATH, json=body(two_shapes, candidate_labels=[label], threshold=0))
    assert answer.status_code == 200, answer.text
    assert {each["label"] for each in answer.json()} == {label}


def test_the_threshold_cuts(analyst: TestClient, two_shapes: bytes) -> None:
    low = analyst.post(PATH, json=body(two_shapes, threshold=0)).json()
    assert len(low) > 1
    between = (low[0]["score"] + low[1]["score"]) / 2
    assert analyst.post(PATH, json=body(two_shapes, threshold=between)).json() == low[:1]


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"inputs": "no base64!"}, 422, "“inputs” is not base64"),
        ({"inputs": "https://example.com/cat.png"}, 422, "none is fetched"),
        ({"inputs": "data:image/png,abc"}, 422, "without base64"),
        ({"inputs": base64.b64encode(b"hello").decode()}, 415, "accepted format"),
        ({"inputs": ""}, 415, "empty"),
        ({"inputs": None}, 422, "inputs"),
        ({"parameters": {}}, 422, "parameters.candidate_labels"),
        ({"parameters": {"candidate_labels": 7}}, 422, "candidate_labels: give a list of texts"),
        ({"parameters": {"candidate_labels": ["cat", 7]}}, 422, "candidate_labels: give a list of"),
        ({"parameters": {"candidate_labels": []}}, 422, "No phrase was given"),
        ({"parameters": {"candidate_labels": " , "}}, 422, "No phrase was given"),
        ({"parameters": {"candidate_labels": ["a\x00"]}}, 422, "control character"),
        ({"parameters": {"candidate_labels": ["cat"], "threshold": 2}}, 422, "threshold"),
        ({"parameters": {"candidate_labels": ["cat"], "top_k": 2}}, 422, "unknown field"),
        ({"options": {}}, 422, "unknown field “options” (allowed: inputs"),
    ],
)
def test_what_cannot_be_read_is_refused_in_our_own_shape(
    analyst: TestClient, picture: bytes, change: dict[str, Any], status: int, said: str
) -> None:
    answer = analyst.post(PATH, json={**body(picture), **change})
    assert answer.status_code == status, answer.text
    assert said in error_of(answer)["message"]


def test_a_bare_picture_is_told_how_to_ask(analyst: TestClient, picture: bytes) -> None:
    answer = analyst.post(PATH, content=picture, headers={"Content-Type": "image/png"})
    assert answer.status_code == 415
    message = error_of(answer)["message"]
    assert message.startswith("A bare picture cannot say what to find. Send {")
    assert "candidate_labels" in message


def test_a_body_that_is_no_json(analyst: TestClient) -> None:
    answer = analyst.post(PATH, content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "candidate_labels" in error_of(answer)["message"]


def test_odd_bodies_are_never_a_server_error(analyst: TestClient, picture: bytes) -> None:
    draw = random.Random(3)  # noqa: S311 - the same each time
    headers = {"Content-Type": "application/json"}
    for _ in range(60):
        asked = body(picture)
        place = draw.choice((asked, asked["parameters"]))
        place[draw.choice([*place, "unknown", "\ud800"])] = draw.choice(ODD)
        answer = analyst.post(PATH, content=json.dumps(asked), headers=headers)
        assert answer.status_code < 500, asked
        if answer.status_code >= 400:
            assert error_of(answer)["message"], asked


def test_models_keys_and_scopes_are_those_of_every_call(
    client: TestClient, as_user: Callable[..., TestClient], picture: bytes
) -> None:
    asked = body(picture)
    assert client.post(PATH, json=asked).status_code == 401
    writer = as_user("writer", scopes={Scope.GENERATE})
    assert writer.post(PATH, json=asked).status_code == 403
    guest = as_user("guest", Role.GUEST)
    assert guest.post(PATH, json=asked).status_code == 200
    unknown = guest.post("/hf/other", json=asked)
    assert unknown.status_code == 404
    assert "shapes" in error_of(unknown)["message"]
    assert guest.post("/hf/gone", json=asked).status_code == 503
    assert guest.get(PATH).status_code == 405


@pytest.fixture
def near(
    address: str,
    people: People,
    database: Database,
    api_settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Workbench]:
    """Another Glimpse whose detectors are the first one's, reached over the network."""
    monkeypatch.setenv("FAR_KEY", people.key("machine"))
    monkeypatch.setenv("OLD_KEY", "revoked")
    file = tmp_path / "models.toml"
    entries = (("far", "shapes", "FAR_KEY"), ("old", "shapes", "OLD_KEY"), ("lost", "x", "FAR_KEY"))
    file.write_text(
        "".join(
            f'[[detector]]\nid = "{name}"\nsource = "{address}/hf/{model}"\napi_key_env = "{key}"\n'
            for name, model, key in entries
        )
    )
    settings = api_settings.model_copy(update={"models_file": file})
    models = ModelRegistry.from_file(settings)
    models.load_all()
    opened = bench_over(database, models, settings)
    yield opened
    opened.generation.close()
    models.close()


def test_one_glimpse_is_the_remote_detector_of_another(
    near: Workbench, bench: Workbench, people: People, two_shapes: bytes
) -> None:
    actor = near.accounts.actor_for_key(people.key("ben"))
    assert actor is not None
    assert near.readiness() == (), "a server that was not asked yet makes nothing unready"
    assert near.models.default(Task.DETECTION).state is ModelState.WAITING
    params = DetectionParams(0.4)
    here = near.detection.detect(actor, two_shapes, "Blue square. red circle", params)
    there = bench.detection.detect(actor, two_shapes, "Blue square. red circle", params)
    assert near.models.default(Task.DETECTION).state is ModelState.READY
    assert {each.label for each in here.detections} == {"Blue square", "red circle"}
    assert (here.model, here.revision, here.cached) == ("far", "", False)
    assert [(each.label, each.score) for each in here.raw] == [
        (each.label, each.score) for each in there.raw
    ]
    for ours, theirs in zip(here.raw, there.raw, strict=True):
        for edge in ("xmin", "ymin", "xmax", "ymax"):
            assert abs(getattr(ours.box, edge) - getattr(theirs.box, edge)) <= 1


def test_the_other_glimpses_refusals_reach_the_one_who_asks(
    near: Workbench, people: People, picture: bytes
) -> None:
    actor = near.accounts.actor_for_key(people.key("ben"))
    assert actor is not None
    with pytest.raises(Unavailable, match=r"refused the key \(HTTP 401\).*OLD_KEY"):
        near.detection.detect(actor, picture, "red circle", model="old")
    with pytest.raises(Unavailable, match=r"HTTP 404.*It says: “There is no model “x”"):
        near.detection.detect(actor, picture, "red circle", model="lost")
    states = {info.id: info.state for info in near.models.infos()}
    assert states["old"] is states["lost"] is ModelState.UNAVAILABLE
    assert near.readiness() == ()
