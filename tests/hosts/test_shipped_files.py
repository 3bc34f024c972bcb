"""What is shipped for hosts we do not have here: images, compose.yaml, systemd units."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
UNITS = sorted(
    file.name for file in (ROOT / "deploy").iterdir() if file.suffix in (".service", ".timer")
)
SETTINGS = set(
    re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
)


class TestDockerfile:
    def test_a_linter_has_nothing_to_say(self):
        linter = Path(sys.executable).with_name("hadolint")
        checked = subprocess.run(
            [str(linter), str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False
        )
        assert (checked.returncode, checked.stdout) == (0, "")

    def test_images_are_pinned(self):
        stages = set(re.findall(r"^FROM \S+ AS (\S+)", DOCKERFILE, re.MULTILINE))
        images = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - stages
        images |= {
            service["image"] for service in COMPOSE["services"].values() if "build" not in service
        }
        assert len(images) == 3
        for image in images:
            assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", image), image

    def test_the_app_is_not_root(self):
        stage = re.search(r"^FROM \S+ AS app\n(.*?)^FROM ", DOCKERFILE, re.MULTILINE | re.DOTALL)
        assert stage is not None
        assert re.findall(r"^USER (.*)", stage[1], re.MULTILINE) == ["10001"]

    def test_what_it_copies_is_there(self):
        for line in re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE):
            for name in line.split():
                assert (ROOT / name).exists(), name

    def test_secrets_stay_outside(self):
        kept_out = (ROOT / ".dockerignore").read_text().split()
        assert {".env", ".git", "certificates", "private", "*.sqlite3"} <= set(kept_out)


class TestCompose:
    def test_settings_have_names_we_know(self):
        for name in ("app", "migrate"):
            assert set(COMPOSE["services"][name]["environment"]) <= SETTINGS

    def test_what_is_named_is_defined(self):
        for name, service in COMPOSE["services"].items():
            assert set(service["networks"]) <= set(COMPOSE["networks"]), name
            assert set(service.get("depends_on", {})) <= set(COMPOSE["services"]), name
            target = service.get("build", {}).get("target")
            assert target is None or f" AS {target}\n" in DOCKERFILE, name
            for volume in service.get("volumes", []):
                source = volume.partition(":")[0]
                assert source in COMPOSE["volumes"] or source.startswith("./"), volume

    def test_only_the_proxy_is_open_to_the_world(self):
        services = COMPOSE["services"]
        assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
        assert COMPOSE["networks"]["inside"] == {"internal": True}
        assert services["database"]["networks"] == ["inside"]

    def test_each_waits_for_what_it_needs(self):
        services = COMPOSE["services"]
        assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
        done = "service_completed_successfully"
        assert services["app"]["depends_on"]["migrate"]["condition"] == done
        assert services["proxy"]["depends_on"]["app"]["condition"] == "service_healthy"
        assert "healthcheck" in services["database"]
        assert "HEALTHCHECK" in DOCKERFILE

    def test_nothing_secret_is_written_in_it(self):
        text = (ROOT / "compose.yaml").read_text()
        for name in ("SECRET_KEY", "DB_PASSWORD", "MARIADB_PASSWORD"):
            assert re.findall(rf"^\s+{name}: (.*)", text, re.MULTILINE)
            for value in re.findall(rf"^\s+{name}: (.*)", text, re.MULTILINE):
                assert value.startswith("${"), value

    def test_the_app_can_do_as_little_as_possible(self):
        app = COMPOSE["services"]["app"]
        assert app["read_only"] is True
        assert app["cap_drop"] == ["ALL"]
        assert app["security_opt"] == ["no-new-privileges:true"]


def unit(name: str) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=False, delimiters="=")
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string((ROOT / "deploy" / name).read_text())
    return read


class TestUnits:
    @pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
    def test_they_are_confined(self, name):
        service = unit(name)["Service"]
        assert service["User"] == "holdfast"
        assert service["NoNewPrivileges"] == "true"
        assert service["ProtectSystem"] == "strict"
        assert service["CapabilityBoundingSet"] == ""

    def test_what_they_name_is_there(self):
        for name in UNITS:
            for page in re.findall(
                r"file:///srv/holdfast/(\S+)", (ROOT / "deploy" / name).read_text()
            ):
                assert (ROOT / page).is_file()
        assert "manage.py backup " in unit("holdfast-backup.service")["Service"]["ExecStart"]
        assert "holdfast-backup.service" in UNITS

    def test_systemd_understands_them(self, tmp_path):
        """Where it is installed; its programs and its user are not, so others stand in."""
        analyze = shutil.which("systemd-analyze")
        for name in UNITS:
            text = (ROOT / "deploy" / name).read_text()
            text = re.sub(r"^(User|Group)=.*", r"\1=root", text, flags=re.MULTILINE)
            (tmp_path / name).write_text(re.sub(r"/srv/holdfast/\.venv/bin/\w+", "/bin/true", text))
        if analyze is not None:
            files = [str(tmp_path / name) for name in UNITS]
            said = subprocess.run(
                [analyze, "verify", *files], capture_output=True, text=True, check=False
            )
            assert (said.returncode, said.stderr) == (0, "")
