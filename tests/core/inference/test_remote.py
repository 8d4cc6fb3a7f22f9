"""A model on another server: what it is asked, what it answers, and how it fails."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from core.config import Settings
from core.detection.types import FLOOR, Box, Detection
from core.errors import GlimpseError, Invalid, LimitReached, Unavailable
from core.inference.catalog import starting_info
from core.inference.registry import ModelRegistry
from core.inference.remote import AT_ONCE, RemoteDetector
from core.inference.types import DetectorRequest, ModelEntry, ModelState
from core.runs.types import Task
from tests.core.detection.pictures import scene
from tests.core.inference.remotes import (
    URL,
    Clock,
    answering,
    asking,
    bare_server,
    found,
    over_network,
    remote,
)


def info_of(detector: RemoteDetector) -> tuple[ModelState, str | None]:
    info = detector.described(starting_info(ModelEntry("far", Task.DETECTION, URL)))
    return info.state, info.reason


def failing(detector: RemoteDetector) -> Unavailable:
    with pytest.raises(Unavailable) as caught:
        detector.detect(asking())
    return caught.value


def test_the_server_is_asked_in_the_hugging_face_format(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", " s3cret ")
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json=[])

    picture = scene()
    detector = remote(settings, answer, api_key_env="FAR_KEY")
    detector.detect(DetectorRequest(picture, "00" * 32, ("Red circle", "blue square")))
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", URL)
    assert request.headers["Authorization"] == "Bearer s3cret"
    body = json.loads(request.content)
    assert body["parameters"] == {
        "candidate_labels": ["Red circle", "blue square"],
        "threshold": FLOOR,
    }
    sent = Image.open(BytesIO(base64.b64decode(body["inputs"])))
    assert sent.tobytes() == picture.tobytes()


def test_large_pictures_are_sent_as_jpeg(settings: Settings) -> None:
    formats = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent = Image.open(BytesIO(base64.b64decode(json.loads(request.content)["inputs"])))
        formats.append((sent.format, sent.size))
        return httpx2.Response(200, json=[])

    remote(settings, answer).detect(asking(size=(800, 600)))
    assert formats == [("JPEG", (800, 600))]


def test_boxes_come_back_best_first_inside_the_picture_under_the_phrases_asked(
    settings: Settings,
) -> None:
    rows = [
        found("red circle", 0.4, -20, 10.126, 500, 90),
        found("Blue  Square.", 0.9, 250, 150, 350, 250),
        found("horse", 0.99),  # never asked for
        found("red circle", FLOOR / 2),
        found("red circle", 0.8, 500, 10, 600, 20),  # beside the picture
        found("red circle", 1.0005, 5, 5, 6, 6) | {"extra": "ignored"},
    ]
    answer = remote(settings, answering(rows)).detect(asking("Red circle", "blue square"))
    assert answer.detections == (
        Detection("Red circle", 1.0, Box(5, 5, 6, 6)),
        Detection("blue square", 0.9, Box(250, 150, 350, 250)),
        Detection("Red circle", 0.4, Box(0, 10.13, 400, 90)),
    )
    assert set(answer.timings_ms) == {"preprocess", "forward", "postprocess"}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>hello</html>",
        b"",
        {"boxes": []},
        [{"label": "cat", "score": 0.5}],
        [found("cat", 1.5)],
        [found("cat", -0.1)],
        [found("cat", "0.5")],  # type: ignore[arg-type]
        [found(7, 0.5)],  # type: ignore[arg-type]
        b'[{"label": "cat", "score": NaN, "box": {"xmin":0,"ymin":0,"xmax":1,"ymax":1}}]',
        b'[{"label": "cat", "score": 0.5, "box": {"xmin":0,"ymin":0,"xmax":1e999,"ymax":1}}]',
        b"[" * 100_000,
        b"\xff\xfe",
        b"[" + b" " * (9 * 2**20) + b"]",
    ],
)
def test_an_answer_in_another_format_says_so(settings: Settings, body: Any) -> None:
    error = failing(remote(settings, answering(body)))
    assert "“far” is unavailable: Its server gpu.example:8443 did not answer in the" in str(error)
    assert len(str(error)) < 500
    assert error.retry_after == 60


@pytest.mark.parametrize(
    ("status", "headers", "said", "retry_after"),
    [
        (401, {}, "asks for a key (HTTP 401); name the environment variable", 60),
        (403, {}, "asks for a key (HTTP 403)", 60),
        (404, {}, "takes no such call at /hf/dino (HTTP 404); check its address", 60),
        (405, {}, "takes no such call at /hf/dino (HTTP 405)", 60),
        (302, {"location": "https://login?to=secret"}, "sends on to https://login; name", 60),
        (503, {"retry_after": "17"}, "is away (HTTP 503); try again later", 17),
        (503, {"retry_after": "Fri, 01 Jan 2100 00:00:00 GMT"}, "is away", 3600),
        (503, {"retry_after": "soon"}, "is away", 10),
        (502, {}, "is away (HTTP 502)", 10),
        (500, {}, "failed (HTTP 500)", 10),
        (418, {}, "failed (HTTP 418)", 10),
    ],
)
def test_each_refusal_is_worded(
    settings: Settings, status: int, headers: dict[str, str], said: str, retry_after: int
) -> None:
    error = failing(remote(settings, answering({"error": "The disk\nis full."}, status, **headers)))
    assert f"Its server gpu.example:8443 {said}" in error.message
    assert error.retry_after == retry_after
    assert ("It says: “The disk is full”." in error.message) == (status != 302)


def test_a_refused_key_names_its_variable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "s3cret")
    error = failing(remote(settings, answering({}, 401), api_key_env="FAR_KEY"))
    assert "refused the key (HTTP 401); put a valid one into FAR_KEY" in error.message
    assert "s3cret" not in error.message


@pytest.mark.parametrize("status", [302, 401, 404, 422, 500])
def test_a_server_that_says_the_key_aloud_is_not_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("FAR_KEY", "k-12/34567")
    told = {"error": f"{'x' * 195} k-12/34567 is wrong"}
    headers = {"location": "https://other.example/k-12/34567"}
    detector = remote(settings, answering(told, status, **headers), api_key_env="FAR_KEY")
    with pytest.raises(GlimpseError) as caught:
        detector.detect(asking())
    assert "k-12" not in caught.value.message
    assert "k-12" not in repr(detector._server)
    assert "[mas" in caught.value.message


def test_a_missing_key_is_named(settings: Settings) -> None:
    with pytest.raises(Unavailable, match="“FAR_KEY”, which “api_key_env” names, is not set"):
        remote(settings, answering([]), api_key_env="FAR_KEY")


def test_too_many_requests_are_passed_on_and_leave_the_model_usable(settings: Settings) -> None:
    detector = remote(settings, answering({}, 429, retry_after="33"))
    for _ in range(3):
        with pytest.raises(LimitReached, match="takes no more requests now; try again in 33 s"):
            detector.detect(asking())
    assert info_of(detector) == (ModelState.READY, None)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"code": "invalid", "message": "The phrase is odd."}}, " It says: “The phrase"),
        ({"detail": [{"loc": ["body"], "msg": "Field required"}]}, " It says: “Field required”."),
        ({"error": "x" * 5000}, f"“{'x' * 200}”."),
        ({"error": {"message": 7}}, "the phrases."),
        ([], "the phrases."),
        (b"no JSON", "the phrases."),
    ],
)
def test_what_the_server_refuses_is_the_requests_fault(
    settings: Settings, body: Any, said: str
) -> None:
    detector = remote(settings, answering(body, 422))
    with pytest.raises(Invalid) as caught:
        detector.detect(asking())
    assert "refused the request (HTTP 422); change the picture or the phrases." in str(caught.value)
    assert said in caught.value.message
    assert info_of(detector) == (ModelState.READY, None)


def test_captions_are_refused(settings: Settings) -> None:
    detector = remote(settings, answering([]))
    caption = DetectorRequest(scene(), "00" * 32, (), "a man with a red hat")
    with pytest.raises(Invalid, match="reads phrases, not captions"):
        detector.detect(caption)
    assert not detector.grounds_captions


def test_the_state_follows_the_calls(settings: Settings) -> None:
    clock, calls = Clock(), 0
    status = 200

    def answer(request: httpx2.Request) -> httpx2.Response:
        nonlocal calls
        calls += 1
        return httpx2.Response(status, json=[])

    detector = remote(settings, answer, clock)
    assert info_of(detector) == (ModelState.WAITING, None)
    assert calls == 0
    detector.detect(asking())
    assert info_of(detector) == (ModelState.READY, None)
    status = 503
    failing(detector)
    state, reason = info_of(detector)
    assert state is ModelState.UNAVAILABLE
    assert reason is not None
    assert reason.startswith("Its server gpu.example:8443 is away")
    clock.now += 4
    error = failing(detector)
    assert (calls, error.retry_after) == (2, 6), "not asked again before its time"
    clock.now += 6
    assert info_of(detector) == (ModelState.WAITING, reason), "it was asked, and that is known"
    status = 200
    detector.detect(asking())
    assert (calls, info_of(detector)) == (3, (ModelState.READY, None))


def test_one_failure_that_may_lie_in_the_picture_takes_the_model_from_nobody(
    settings: Settings,
) -> None:
    statuses = iter([200, 500, 200, 500, 500])
    detector = remote(settings, lambda request: httpx2.Response(next(statuses), json=[]))
    detector.detect(asking())
    failing(detector)
    assert info_of(detector) == (ModelState.READY, None)
    detector.detect(asking())
    failing(detector)
    failing(detector)
    assert info_of(detector)[0] is ModelState.UNAVAILABLE


def test_a_bounded_number_is_sent_at_once(settings: Settings) -> None:
    inside, release = threading.Semaphore(0), threading.Event()

    def answer(request: httpx2.Request) -> httpx2.Response:
        inside.release()
        release.wait(10)
        return httpx2.Response(200, json=[])

    detector = remote(settings, answer)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(detector.detect, asking()) for _ in range(AT_ONCE)]
        for _ in range(AT_ONCE):
            assert inside.acquire(timeout=10)
        with pytest.raises(LimitReached) as caught:
            detector.detect(asking())
        release.set()
        assert all(each.result().detections == () for each in running)
    assert caught.value.retry_after
    detector.detect(asking())


def test_a_server_that_is_not_there(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/hf/dino"
    detector = over_network(settings, address)
    assert "cannot be reached; check that it runs" in failing(detector).message
    assert info_of(detector)[0] is ModelState.UNAVAILABLE


def hangs(connection: socket.socket) -> None:
    time.sleep(1.3)


def drips(connection: socket.socket) -> None:
    """A byte now and then: no single wait is long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(6):
        time.sleep(0.25)
        connection.sendall(b" ")


def hangs_up(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (hangs, "did not answer within 1 seconds"),
        (drips, "did not answer within 1 seconds"),
        (hangs_up, "broke the connection off"),
    ],
)
def test_a_server_that_stops_answering_keeps_nobody(
    settings: Settings, behave: Callable[[socket.socket], None], said: str
) -> None:
    with bare_server(behave) as address:
        detector = over_network(settings, address)
        began = time.monotonic()
        error = failing(detector)
        assert time.monotonic() - began < 1.8
        assert said in error.message
        detector.close()


def test_after_close_nothing_is_sent(settings: Settings) -> None:
    detector = remote(settings, answering([]))
    detector.close()
    assert "The program is stopping" in failing(detector).message


def test_the_registry_lists_a_remote_model_without_asking_it(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "models.toml"
    file.write_text(
        f'[[detector]]\nid = "far"\nsource = "{URL}"\nrevision = "7"\n'
        '[[detector]]\nid = "free"\nsource = "http://127.0.0.1:1/x"\n'
    )
    models = ModelRegistry.from_file(settings.model_copy(update={"models_file": file}))
    models.load_all()
    far, free = models.infos()
    assert (far.state, far.device, far.revision) == (ModelState.WAITING, "remote", "7")
    assert far.source == "https://gpu.example:8443/hf/dino"
    assert (free.state, free.device, free.revision) == (ModelState.WAITING, "remote", "")
    detector = models.detector("free")[1]
    with pytest.raises(GlimpseError, match="cannot be reached"):
        detector.detect(asking())
    assert models.info(Task.DETECTION, "free").state is ModelState.UNAVAILABLE
    models.close()
    assert models.info(Task.DETECTION, "far").reason is not None
    with pytest.raises(Unavailable):
        models.detector("free")
