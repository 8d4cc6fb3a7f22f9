"""Every setting, typed once; from the environment, `.streamlit/secrets.toml`, or mounted files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core.errors import ConfigurationError

ROOT = Path(__file__).resolve().parent.parent
_PREFIX = "GLIMPSE_"
_MOUNTED = Path("/run/secrets")
"""Where containers are handed secrets: a file for each setting, of its name."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_RoleName = Literal["guest", "analyst", "admin"]


class Settings(BaseSettings):
    """The process's settings. Names are upper case with `GLIMPSE_` in front."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: SecretStr | None = Field(
        None, description="PostgreSQL address; empty starts the embedded one"
    )
    data_dir: Path = Field(
        ROOT / "var",
        description="where the embedded database, its secrets, and ratings that wait for a "
        "database live; keep it on a disk that lasts",
    )
    models_file: Path = Field(ROOT / "models.toml", description="which models to offer")
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="signs what must not be forged; required with an external database, "
        "otherwise made once and kept in the data directory",
    )
    admin_password: SecretStr | None = Field(
        None, min_length=12, description="password of the first admin; empty makes a random one"
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where models run")
    public_url: str | None = Field(
        None, description="address users see, when a proxy stands in front"
    )
    metrics_token: SecretStr | None = Field(
        None, min_length=16, description="bearer token for /metrics, beside an admin's key"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severe log line written"
    )
    session_hours: int = Field(
        168, ge=1, le=8760, description="hours until a sign-in must be repeated"
    )
    session_idle_minutes: int = Field(
        720, ge=5, le=525_600, description="minutes without use after which a sign-in ends"
    )
    oidc_metadata_url: str | None = Field(
        None,
        description="single sign-on: address of the identity provider's "
        "`/.well-known/openid-configuration`",
    )
    oidc_client_id: str | None = Field(None, description="what the provider calls this product")
    oidc_client_secret: SecretStr | None = Field(
        None, description="what the provider knows this product by"
    )
    oidc_name: str = Field(
        "single sign-on", description="the provider's name on the sign-in page: “Sign in with …”"
    )
    oidc_role_claim: str | None = Field(
        None, description="claim of the ID token that says the role, such as `groups`"
    )
    oidc_roles: Annotated[Mapping[str, _RoleName] | None, NoDecode] = Field(
        None,
        description="the role each value of that claim gives, as in "
        "`glimpse-admins=admin; staff=analyst`; the highest counts",
    )
    oidc_default_role: _RoleName | None = Field(
        None,
        description="role of those to whom the claim gives none; empty: they have no access, or, "
        "without a claim, an admin links them first",
    )
    max_image_bytes: int = Field(20 * 2**20, ge=1, description="largest picture file, in bytes")
    max_image_pixels: int = Field(25_000_000, ge=1, description="largest picture, in pixels")
    max_phrases: int = Field(50, ge=1, description="most phrases in one detection")
    max_prompt_chars: int = Field(20_000, ge=1, description="longest prompt, in characters")
    max_queued_detections: int = Field(
        64, ge=1, description="detections that may wait for one model"
    )
    detection_timeout_s: int = Field(
        60, ge=1, description="seconds a detection may wait for its model"
    )
    feature_cache_mb: int = Field(
        256, ge=0, description="memory for the features of pictures seen, in MiB; 0 keeps none"
    )
    remote_timeout_s: int = Field(30, ge=1, description="seconds a remote model may take to answer")
    max_new_tokens: int = Field(2048, ge=1, description="most tokens one output may have")
    max_active_streams: int = Field(16, ge=1, description="outputs written at the same time")
    max_queued_streams: int = Field(64, ge=1, description="outputs that may wait for a place")
    kv_cache_mb: int = Field(
        2048, ge=1, description="memory for the keys and values of one text model, in MiB"
    )
    stream_timeout_s: int = Field(30, ge=1, description="seconds without a token until a run ends")
    stream_total_s: int = Field(
        600, ge=1, description="seconds one output may be written for, its waiting not counted"
    )
    worker: Literal["inside", "none"] = Field(
        "inside",
        description="whether this process does jobs too; `none` where `manage.py worker` does them",
    )
    max_job_items: int = Field(5000, ge=1, description="most pictures or prompts in one job")
    max_job_bytes: int = Field(
        512 * 2**20, ge=1, description="most bytes the pictures of one job may have in all"
    )
    stop_after_s: int = Field(
        10,
        ge=0,
        le=3600,
        description="seconds that texts being written may go on once SIGTERM says stop; Ctrl-C, or "
        "a second signal, ends them at once",
    )
    keep_images_days: int | None = Field(
        None, ge=1, description="days after which a picture is removed; empty keeps them for ever"
    )
    keep_runs_days: int | None = Field(
        None,
        ge=1,
        description="days after which what was asked and answered is removed, and what was said "
        "of it; figures stay; empty keeps it for ever",
    )
    keep_audit_days: int | None = Field(
        None,
        ge=365,
        description="days after which entries of the audit log are removed, 365 or more; empty "
        "keeps them for ever",
    )

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _read_pairs(cls, given: object) -> object:
        """Values come first and may hold `=` and commas, as the names of LDAP groups do."""
        if not isinstance(given, str):
            return given
        pairs = (pair.rpartition("=") for pair in given.split(";") if pair.strip())
        return {value.strip(): role.strip() for value, _, role in pairs}

    @property
    def single_sign_on(self) -> bool:
        return self.oidc_metadata_url is not None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        mounted = SecretsSettingsSource(settings_cls, _MOUNTED if _MOUNTED.is_dir() else None)
        return init_settings, env_settings, _SecretsFile(settings_cls), mounted


class _SecretsFile(TomlConfigSettingsSource):
    """Streamlit's own secrets file, where keys carry the same `GLIMPSE_` names."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls, ROOT / ".streamlit" / "secrets.toml")
        self.init_kwargs = {
            key.removeprefix(_PREFIX).lower(): value
            for key, value in self.toml_data.items()
            if key.startswith(_PREFIX)
        }


def load_settings() -> Settings:
    """Read and check the settings; `ConfigurationError` names the first key that is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        key = _PREFIX + str(first["loc"][0]).upper()
        raise ConfigurationError(f"{key}: {first['msg']}.", facts={"key": key}) from error
    if settings.database_url is not None and settings.secret_key is None:
        raise ConfigurationError(
            f"{_PREFIX}SECRET_KEY is required with {_PREFIX}DATABASE_URL; "
            "set it to a random text of at least 32 characters.",
            facts={"key": f"{_PREFIX}SECRET_KEY"},
        )
    _check_public_url(settings)
    _check_single_sign_on(settings)
    return settings


def is_loopback(address: str) -> bool:
    """Whether the address, a URL or a host's name, is this very machine."""
    host = urlsplit(address).hostname if "//" in address else address
    return host in _LOOPBACK


def _check_public_url(settings: Settings) -> None:
    """Raise `ConfigurationError` for what is no address that a browser can be at."""
    url = settings.public_url
    if url is None:
        return
    key = f"{_PREFIX}PUBLIC_URL"
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise ConfigurationError(
            f"{key} is no whole address; write it as https://glimpse.example.", facts={"key": key}
        )


def _check_single_sign_on(settings: Settings) -> None:
    """Raise `ConfigurationError` where only a part is set, or secrets would travel in clear."""
    given = [name for name in Settings.model_fields if name in settings.model_fields_set]
    given = [name for name in given if name.startswith("oidc_")]
    if not given:
        return
    needed = ["oidc_metadata_url", "oidc_client_id", "oidc_client_secret"]
    if "oidc_role_claim" in given or "oidc_roles" in given:
        needed += ["oidc_role_claim", "oidc_roles"]
    for name in needed:
        if getattr(settings, name) is None:
            key = _PREFIX + name.upper()
            raise ConfigurationError(
                f"{key} is required for single sign-on, with {_PREFIX}{given[0].upper()}; "
                "set it, or neither.",
                facts={"key": key},
            )
    url = settings.oidc_metadata_url or ""
    if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
        key = f"{_PREFIX}OIDC_METADATA_URL"
        raise ConfigurationError(
            f"{key} must begin with https://, as secrets are sent there.", facts={"key": key}
        )


def settings_table() -> str:
    """The README's table of settings, in Markdown."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path):
            default = f"./{default.relative_to(ROOT)}"
        shown = "" if default is None else f"`{default}`"
        lines.append(f"| `{_PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)
