"""What is deployed is closed but for what it needs, and nothing that it names is missing."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.config import ROOT, Settings

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
_SETTING = re.compile(r"\b(GLIMPSE_[A-Z_]+[A-Z])\b")
_NOT_OURS = {"GLIMPSE_IMAGE", "GLIMPSE_TARGET", "GLIMPSE_PORT"} | {
    f"GLIMPSE_{name}" for name in ("SITE", "TLS", "UPSTREAM")
}
"""Of compose.yaml and the Caddyfile."""


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_little_and_take_only_so_much(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() >= {"cpus", "memory"}
    assert re.search(r":v?\d+\.\d+", service["image"]) or service["image"].endswith("glimpse:cpu}")


def test_only_the_proxy_is_open_to_others() -> None:
    opened = {
        name: [port for port in service.get("ports", ()) if not port.startswith("127.0.0.1:")]
        for name, service in SERVICES.items()
    }
    assert {name: ports for name, ports in opened.items() if ports} == {
        "proxy": ["80:80", "443:443"]
    }


def test_what_a_container_is_handed_is_there(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "secrets.sh", tmp_path)
    for _ in range(2):  # the second time changes nothing
        subprocess.run(["sh", str(tmp_path / "secrets.sh")], check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() == COMPOSE["secrets"].keys()
    assert made["database_password"] in made["glimpse_database_url"]
    assert min(map(len, made.values())) == 64
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    for service in SERVICES.values():
        assert set(service.get("secrets", ())) <= made.keys()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or (DEPLOY / source).exists(), source


def test_every_setting_named_is_one() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.suffix in {".yaml", ".sh", ".example"}]
    files += [ROOT / "Dockerfile", *(ROOT / "docs").glob("*e.md")]
    known = {f"GLIMPSE_{name.upper()}" for name in Settings.model_fields} | _NOT_OURS
    unknown = {
        (path.name, found)
        for path in files
        for found in _SETTING.findall(path.read_text())
        if found not in known
    }
    assert not unknown


@pytest.mark.parametrize("name", ["app", "worker"])
def test_a_volume_is_mounted_over_a_folder_of_the_image_that_is_its_users(name: str) -> None:
    made = re.search(r"install --directory --owner glimpse .*", (ROOT / "Dockerfile").read_text())
    assert made
    for volume in SERVICES[name]["volumes"]:
        assert volume.split(":")[1] in made[0].split()


def test_a_service_monitor_names_the_job_that_rules_and_dashboard_ask_for() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "operate.md").read_text(), re.DOTALL)
    (monitor,) = [part for part in map(yaml.safe_load, blocks) if part["kind"] == "ServiceMonitor"]
    base = yaml.safe_load((DEPLOY / "kubernetes" / "base" / "kustomization.yaml").read_text())
    (labels,) = [each["pairs"] for each in base["labels"]]
    rules = (DEPLOY / "prometheus" / "rules.yml").read_text()
    assert set(re.findall(r'job="(\w+)"', rules)) == {labels[monitor["spec"]["jobLabel"]]}


def _pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((DEPLOY / "kubernetes" / "base").glob("*.yaml")):
        for part in yaml.safe_load_all(path.read_text()):
            if "template" in part.get("spec", {}):
                yield part["kind"], part["spec"]["template"]["spec"]


@pytest.mark.parametrize(("kind", "pod"), list(_pods()))
def test_a_pod_keeps_to_the_restricted_standard(kind: str, pod: dict[str, Any]) -> None:
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"].keys() == {"requests", "limits"}
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    own = {"data"} if kind == "StatefulSet" else set()
    assert mounted == {volume["name"] for volume in pod["volumes"]} | own


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("overlay", ["base", "gpu"])
def test_the_manifests_build(overlay: str) -> None:
    command = ["kubectl", "kustomize", str(DEPLOY / "kubernetes" / overlay)]
    built = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kinds = [part["kind"] for part in yaml.safe_load_all(built)]
    assert {"StatefulSet", "Deployment", "Job", "Ingress", "NetworkPolicy"} <= set(kinds)
    assert built.count("nvidia.com/gpu: 1") == (2 if overlay == "gpu" else 0)
