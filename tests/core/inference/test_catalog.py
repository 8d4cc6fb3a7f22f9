"""models.toml: what is on offer, and what is wrong with the rest."""

from pathlib import Path

import pytest

from core.config import ROOT, Settings
from core.errors import ConfigurationError
from core.inference import catalog as catalog_module
from core.inference.catalog import BrokenEntry, read_catalog, starting_info
from core.inference.types import ModelEntry, Support, TextAbilities
from core.runs.types import Task


def catalog(folder: Path, text: str) -> tuple[ModelEntry | BrokenEntry, ...]:
    file = folder / "models.toml"
    file.write_text(text, encoding="utf-8")
    return read_catalog(file)


def entry(folder: Path, lines: str, kind: str = "detector") -> ModelEntry | BrokenEntry:
    (read,) = catalog(folder, f"[[{kind}]]\n{lines}\n")
    return read


def test_the_shipped_catalog_is_whole() -> None:
    entries = read_catalog(ROOT / "models.toml")
    assert all(isinstance(read, ModelEntry) for read in entries)
    assert {read.task for read in entries} == set(Task)


def test_the_cards_of_bundled_models_begin_with_what_they_are_for() -> None:
    for read in read_catalog(ROOT / "models.toml"):
        purpose = starting_info(read).purpose
        assert purpose
        assert len(purpose) < 100
        assert not purpose.endswith(".")


def test_the_card_of_the_bundled_detector_says_how_it_reads_captions() -> None:
    infos = [starting_info(read) for read in read_catalog(ROOT / "models.toml")]
    (told,) = [info.on_captions for info in infos if info.task is Task.DETECTION]
    assert told
    assert "poorly" in told


@pytest.mark.parametrize(
    ("card", "purpose", "on_captions"),
    [
        ("# mine\n\nA finder of\ncats: small. It is new.\n\n## More\n", "A finder of cats", None),
        (
            "# mine\n\nFinds cats. Not 1.5 dogs.\n\n## Captions\nNo dogs. Captions it\nreads "
            "well. So it does.\n",
            "Finds cats",
            "Captions it reads well.",
        ),
        ("# mine\n", None, None),
        (None, None, None),
    ],
)
def test_a_card_tells_the_purpose_in_its_first_clause_and_what_it_says_of_captions(
    card: str | None,
    purpose: str | None,
    on_captions: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalog_module, "ROOT", tmp_path)
    folder = tmp_path / "models" / "mine"
    folder.mkdir(parents=True)
    if card:
        (folder / "README.md").write_text(card)
    info = starting_info(entry(tmp_path, 'id = "a"\nsource = "models/mine"'))
    assert (info.purpose, info.on_captions) == (purpose, on_captions)


def test_a_models_own_folder_elsewhere_has_no_purpose_to_show(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("# mine\n\nFinds cats.\n")
    assert starting_info(entry(tmp_path, 'id = "a"\nsource = "mine"')).purpose is None


def test_a_folder_is_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "weights" / "mine").mkdir(parents=True)
    read = entry(tmp_path, 'id = "a"\nsource = "weights/mine"\nbox_threshold = 0.5')
    assert read == ModelEntry(
        "a", Task.DETECTION, str(tmp_path / "weights" / "mine"), box_threshold=0.5
    )
    itself = entry(tmp_path, 'id = "a"\nsource = "."')
    assert itself == ModelEntry("a", Task.DETECTION, str(tmp_path))


@pytest.mark.parametrize("source", ["owner/name", "gpt2", "builtin:fake?tokens_per_second=5"])
def test_hub_ids_and_builtin_engines_stay_as_written(tmp_path: Path, source: str) -> None:
    read = entry(tmp_path, f'id = "a"\nsource = "{source}"', "generator")
    assert isinstance(read, ModelEntry)
    assert read.source == source


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('id = "a"\nsource = "builtin:fake"\ntreshold = 1', "unknown key “treshold”; allowed are"),
        ('id = "a"\nsource = "builtin:real"', "unknown engine “builtin:real”"),
        ('id = "a"\nsource = "https://gpu:port/x"', "the address cannot be read; write it as"),
        ('id = "a"\nsource = "ftp://gpu/x"', "the address cannot be used; write it as"),
        ('id = "a"\nsource = "https://"', "the address cannot be used"),
        ('id = "a"\nsource = "https://a b/c"', "the address cannot be used"),
        ('id = "a"\nsource = "https://gpu/x"\ndtype = "float16"', "“dtype” is the remote engine's"),
        ('id = "a"\nsource = "https://gpu/x"\napi_key_env = "A KEY"', "“api_key_env”: "),
        (
            'id = "a"\nsource = "https://gpu/x"\napi_key_env = "NO_SUCH_KEY"',
            "the environment variable “NO_SUCH_KEY”, which “api_key_env” names, is not set",
        ),
        (
            'id = "a"\nsource = "builtin:fake"\napi_key_env = "PATH"',
            "“api_key_env” is for remote engines (https://…) only",
        ),
        ('id = "a"\nsource = "./nowhere"', "the folder “./nowhere” is not there"),
        ('id = "a"\nsource = "~nobody-here/x"', "the folder “~nobody-here/x” cannot be found"),
        (f'id = "a"\nsource = "./{"x" * 300}"', "cannot be found; check the path"),
        ('id = "a"\nsource = "weights/gone"', "the folder “weights/gone” is not there"),
        ('id = "a"\nsource = "no such : thing"', "neither a folder nor a Hub id"),
        ('id = "a"', "“source”: Field required"),
        ('source = "builtin:fake"', "“id”: Field required"),
        ('id = "a b"\nsource = "builtin:fake"', "“id”: "),
        ('id = "a"\nsource = "builtin:fake"\nbox_threshold = 1.5', "“box_threshold”: "),
        ('id = "a"\nsource = "builtin:fake"\nbox_threshold = "high"', "“box_threshold”: "),
        ('id = "a"\nsource = "builtin:fake"\ndtype = "int3"', "“dtype”: "),
    ],
)
def test_a_broken_entry_says_why(tmp_path: Path, lines: str, reason: str) -> None:
    (tmp_path / "weights").mkdir()
    read = entry(tmp_path, lines)
    assert isinstance(read, BrokenEntry)
    assert reason in read.reason


def test_thresholds_are_for_detectors_only(tmp_path: Path) -> None:
    read = entry(tmp_path, 'id = "a"\nsource = "builtin:fake"\nbox_threshold = 0.5', "generator")
    assert isinstance(read, BrokenEntry)
    assert "“box_threshold”; allowed are: id, source, revision, dtype" in read.reason


def test_an_address_is_kept_whole_and_shown_without_its_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "s3cret")
    address = "https://gpu.example:8443/@team/dino?code=s3cret"
    read = entry(tmp_path, f'id = "a"\nsource = "{address}"\napi_key_env = "FAR_KEY"')
    assert read == ModelEntry("a", Task.DETECTION, address, api_key_env="FAR_KEY")
    assert starting_info(read).source == "https://gpu.example:8443/@team/dino"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ana:s3cret@gpu/x?key=s3cret", "https://gpu/x"),
        ("https://ana:s3/cret@gpu/x", "https://gpu/x"),
    ],
)
def test_a_password_in_an_address_is_refused_and_never_shown(
    tmp_path: Path, address: str, shown: str
) -> None:
    read = entry(tmp_path, f'id = "a"\nsource = "{address}"')
    assert isinstance(read, BrokenEntry)
    info = starting_info(read)
    assert info.source == shown
    assert "s3" not in f"{info.reason}"


def test_a_key_that_no_header_can_carry_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "two\nlines")
    read = entry(tmp_path, 'id = "a"\nsource = "https://gpu/x"\napi_key_env = "FAR_KEY"')
    assert isinstance(read, BrokenEntry)
    assert "“FAR_KEY” holds characters that no key has" in read.reason


def test_a_remote_generator_says_what_it_supports_before_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAR_KEY", "s3cret")
    lines = (
        'id = "a"\nsource = "https://gpu/v1?key=s3cret"\nrevision = "7"\napi_key_env = "FAR_KEY"\n'
        'model = "team/big"\nsupports = ["chat", "seed"]'
    )
    read = entry(tmp_path, lines, "generator")
    assert read == ModelEntry(
        "a",
        Task.GENERATION,
        "https://gpu/v1?key=s3cret",
        "7",
        api_key_env="FAR_KEY",
        model="team/big",
        supports=frozenset({Support.CHAT, Support.SEED}),
    )
    info = starting_info(read)
    assert (info.source, info.device, info.revision) == ("https://gpu/v1", "remote", "7")
    assert info.chat_template
    assert info.abilities == TextAbilities(
        top_k=False, repetition_penalty=False, logprobs=False, leads=False
    )


def test_a_local_generators_abilities_are_not_known_before_it_is_loaded(tmp_path: Path) -> None:
    info = starting_info(entry(tmp_path, 'id = "a"\nsource = "gpt2"', "generator"))
    assert info.abilities is None
    assert not info.chat_template


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('source = "https://gpu/v1"\nsupports = ["seeds"]', "“supports.0”: Input should be 'chat'"),
        ('source = "https://gpu/v1"\nmodel = ""', "“model”: "),
        ('source = "https://gpu/v1"\ndtype = "float16"', "“dtype” is the remote engine's"),
        ('source = "gpt2"\nmodel = "big"', "“model” is for remote engines (https://…) only"),
        ('source = "gpt2"\nsupports = []', "“supports” is for remote engines (https://…) only"),
        ('source = "https://ana:s3cret@gpu/v1"', "the address holds a password"),
    ],
)
def test_a_broken_remote_generator_says_why(tmp_path: Path, lines: str, reason: str) -> None:
    read = entry(tmp_path, f'id = "a"\n{lines}', "generator")
    assert isinstance(read, BrokenEntry)
    assert reason in read.reason


def test_a_broken_entry_stops_no_other(tmp_path: Path) -> None:
    read = catalog(
        tmp_path,
        """
        [[detector]]
        id = "one"
        source = "builtin:fake"
        [[detector]]
        colour = "red"
        [[detector]]
        id = "one"
        source = "owner/name"
        [[detector]]
        id = "two"
        source = "builtin:fake"
        """,
    )
    assert [(e.id, type(e)) for e in read] == [
        ("one", ModelEntry),
        ("detection 2", BrokenEntry),
        ("one (3)", BrokenEntry),
        ("two", ModelEntry),
    ]
    assert isinstance(read[2], BrokenEntry)
    assert "used twice" in read[2].reason


@pytest.mark.parametrize(
    "text", ["[[detector]", "[[painter]]\nid='a'", "detector = 3", "title='x'"]
)
def test_a_file_that_is_no_catalog_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError):
        catalog(tmp_path, text)


def test_a_missing_file_names_its_setting(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="GLIMPSE_MODELS_FILE"):
        read_catalog(tmp_path / "none.toml")
