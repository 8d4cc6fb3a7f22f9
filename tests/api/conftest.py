"""The API in this process, over a real database and the bundled models."""

import dataclasses
import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image, ImageDraw
from pydantic import SecretStr
from starlette.testclient import TestClient

from api.app import create_app
from core.accounts import passwords
from core.config import ROOT, Settings
from core.database import OpenDatabase
from core.ids import new_id
from core.inference.registry import ModelRegistry
from core.permissions import Role, Scope
from core.workbench import Workbench, assemble
from db.models import User
from db.session import Database
from tests.conftest import captured_logs

METRICS_TOKEN = "a-token-for-the-metrics-page"
PASSWORD = "correct horse battery staple"
MAX_IMAGE_BYTES = 200_000
MODELS = f"""
[[detector]]
id = "shapes"
source = "{ROOT / "models" / "shapes-detector"}"

[[detector]]
id = "gone"
source = "./nowhere"

[[generator]]
id = "reporter"
source = "{ROOT / "models" / "reporter"}"

[[generator]]
id = "pace"
source = "builtin:fake?tokens_per_second=50"
"""


@pytest.fixture(autouse=True)
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, one JSON line each."""
    with captured_logs("debug") as written:
        yield written


@pytest.fixture(scope="session")
def api_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("api")
    models_file = folder / "models.toml"
    models_file.write_text(MODELS)
    return Settings(
        data_dir=folder,
        models_file=models_file,
        device="cpu",
        max_image_bytes=MAX_IMAGE_BYTES,
        metrics_token=SecretStr(METRICS_TOKEN),
        worker="none",
        public_url=None,
    )


@pytest.fixture(scope="session")
def models(api_settings: Settings) -> Iterator[ModelRegistry]:
    registry = ModelRegistry.from_file(api_settings)
    registry.load_all()
    yield registry
    registry.close()


@pytest.fixture
def bench(api_settings: Settings, models: ModelRegistry, database: Database) -> Iterator[Workbench]:
    opened = bench_over(database, models, api_settings)
    yield opened
    opened.generation.close()
    opened.waiting.close()
    opened.keeper.close()


def bench_over(database: Database, models: ModelRegistry, settings: Settings) -> Workbench:
    opened = OpenDatabase(database, share=None)
    return assemble(settings, opened, models, tell=lambda admin: None)


@pytest.fixture
def client(bench: Workbench) -> Iterator[TestClient]:
    """Nobody: sends no key."""
    with TestClient(create_app(lambda: bench)) as opened:
        yield opened


@dataclasses.dataclass(frozen=True)
class People:
    bench: Workbench
    password_hash: str

    def add(self, name: str, role: Role = Role.ANALYST) -> None:
        """A user with the password `PASSWORD`, which is not hashed again for each of them."""
        with self.bench.database.unit_of_work() as session:
            session.add(
                User(id=new_id(), username=name, role=role, password_hash=self.password_hash)
            )

    def key(self, name: str, role: Role = Role.ANALYST, scopes: set[Scope] | None = None) -> str:
        """A new user's API key."""
        self.add(name, role)
        system = self.bench.accounts.system_actor()
        return self.bench.accounts.add_key(system, "test", scopes, name).secret


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture
def people(bench: Workbench, password_hash: str) -> People:
    return People(bench, password_hash)


@pytest.fixture
def as_user(client: TestClient, people: People) -> Callable[..., TestClient]:
    """Makes a user and a client that sends that user's key."""

    def make(
        name: str = "ana", role: Role = Role.ANALYST, scopes: set[Scope] | None = None
    ) -> TestClient:
        key = people.key(name, role, scopes)
        made = TestClient(client.app, headers={"Authorization": f"Bearer {key}"})
        made.portal = client.portal
        return made

    return make


@pytest.fixture
def analyst(as_user: Callable[..., TestClient]) -> TestClient:
    return as_user("ana")


@pytest.fixture
def admin(as_user: Callable[..., TestClient]) -> TestClient:
    return as_user("root", Role.ADMIN)


@pytest.fixture
def browser(bench: Workbench, client: TestClient, people: People) -> TestClient:
    """A browser with the session cookie of a new analyst."""
    people.add("bob")
    session = bench.accounts.sign_in("bob", PASSWORD, "192.0.2.1").session_id
    token = bench.accounts.redeem_ticket(bench.accounts.set_cookie_ticket(session)).token
    assert token is not None
    opened = TestClient(client.app, cookies={"glimpse_session": token})
    opened.portal = client.portal
    return opened


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A PNG of 160 x 120 pixels: a red circle on grey."""
    image = Image.new("RGB", (160, 120), (200, 200, 200))
    ImageDraw.Draw(image).ellipse((40, 30, 100, 90), fill=(220, 30, 30))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def detected(analyst: TestClient, picture: bytes) -> str:
    """The id of a finished detection of the analyst's."""
    answer = analyst.post("/api/v1/detect", files={"image": picture}, data={"prompt": "red circle"})
    assert answer.status_code == 200, answer.text
    run_id: str = answer.json()["run_id"]
    return run_id


def error_of(answer: object) -> dict[str, str]:
    """The error of an answer that has the one shape, whose id is the header's."""
    body = answer.json()  # type: ignore[attr-defined]
    error: dict[str, str] = body["error"]
    assert set(error) == {"code", "message", "request_id"}
    assert error["request_id"] == answer.headers["X-Request-ID"]  # type: ignore[attr-defined]
    return error
