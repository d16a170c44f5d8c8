"""`careflow release`: what is committed under one version, whole, the same each time, and signed."""

import json
import shutil
import subprocess
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careflow_cli.errors import CareflowError
from careflow_cli.release import bills
from careflow_cli.release.building import Release
from careflow_cli.release.contents import Contents

ROOT = Path(__file__).parents[3]
NEEDED = (
    *("docker-compose.yml", ".env.example", "CHANGELOG.md", "LICENSE"),
    *("deploy/compose/identity.yml", "deploy/docker/Dockerfile", "deploy/cli/pyproject.toml", "libs/events"),
)
VERSION = "0.1.0"
SUMS = "SHA256SUMS"


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Robin", "-c", "user.email=robin@example.org")
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As much of this one as a release without images is made of, committed, with a section in what changed."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in NEEDED:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        else:
            shutil.copy(ROOT / name, place)
    changes = folder / "CHANGELOG.md"
    changes.write_text(changes.read_text("utf-8").replace("## Unreleased\n", f"## Unreleased\n\n## {VERSION}\n", 1))
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Everything")
    return folder


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of whoever makes releases."""
    file = tmp_path_factory.mktemp("key") / "key"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "careflow-release", "-f", str(file)]
    subprocess.run(made, check=True)
    return file


@pytest.fixture(scope="module")
def released(checkout: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release without images."""
    return Release(checkout, tmp_path_factory.mktemp("dist")).make((), key)


def test_it_holds_the_wheel_the_sources_and_what_is_in_them(released: Path, checkout: Path) -> None:
    wheel = f"careflow_events-{VERSION}-py3-none-any"
    assert {each.name for each in released.iterdir()} == {
        *(f"careflow-{VERSION}.tar.gz", f"{wheel}.whl", f"{wheel}.cdx.json", SUMS, f"{SUMS}.sig"),
    }
    with tarfile.open(released / f"careflow-{VERSION}.tar.gz") as packed:
        names = set(packed.getnames())
    committed = git(checkout, "ls-files").splitlines()
    assert {f"careflow-{VERSION}/{name}" for name in committed} <= names
    with zipfile.ZipFile(released / f"{wheel}.whl") as packed:
        assert "careflow_events/py.typed" in packed.namelist()


def test_its_bill_names_what_the_events_ask_for(released: Path) -> None:
    (file,) = released.glob("*.cdx.json")
    bill = json.loads(file.read_bytes())

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["purl"] == f"pkg:pypi/careflow-events@{VERSION}"
    scopes = {each["name"]: each["scope"] for each in bill["components"]}
    required = {name for name, scope in scopes.items() if scope == "required"}
    assert required == {"joserfc", "orjson", "pydantic", "typing-extensions"}
    assert scopes["aiokafka"] == "optional"


def test_whoever_takes_it_needs_nothing_of_ours_to_know_whose_it_is(released: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "signers").write_text(f"careflow-release {key.with_suffix('.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "careflow-release"]
    verify += ["-n", "careflow-release", "-s", f"{SUMS}.sig"]

    def verified(said: bytes) -> bool:
        return subprocess.run(verify, cwd=released, input=said, capture_output=True, check=False).returncode == 0

    said = (released / SUMS).read_bytes()
    assert verified(said)
    assert not verified(said.replace(b"a", b"b", 1))
    subprocess.run(["sha256sum", "--check", "--strict", SUMS], cwd=released, check=True, capture_output=True)
    assert {line.split()[1] for line in said.decode().splitlines()} == {
        each.name for each in released.iterdir() if not each.name.startswith(SUMS)
    }


def test_the_same_commit_gives_the_same_release(released: Path, checkout: Path, tmp_path: Path) -> None:
    again = Release(checkout, tmp_path).make((), None)

    assert (again / SUMS).read_bytes() == (released / SUMS).read_bytes()


def test_it_is_made_once(released: Path, checkout: Path) -> None:
    with pytest.raises(CareflowError, match="a release is made once"):
        Release(checkout, released.parent).make((), None)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "committed", "fault"),
    [
        ("CHANGELOG.md", "Changelog", "What changed", False, "what is not committed is not released"),
        ("CHANGELOG.md", f"## {VERSION}\n", "", True, f"CHANGELOG.md has no section {VERSION}"),
        (".env.example", VERSION, "0.2.0", True, r"0\.1\.0 in .*; 0\.2\.0 in \.env\.example"),
    ],
)
def test_what_is_not_one_committed_version_is_not_released(
    checkout: Path, tmp_path: Path, file: str, was: str, becomes: str, committed: bool, fault: str
) -> None:
    copy = tmp_path / "copy"
    git(checkout, "clone", "--quiet", str(checkout), str(copy))
    text = (copy / file).read_text("utf-8")
    (copy / file).write_text(text.replace(was, becomes), "utf-8")
    if committed:
        git(copy, "commit", "--quiet", "--all", "--message", "Something else")

    with pytest.raises(CareflowError, match=fault):
        Release(copy, tmp_path / "dist").make((), None)

    assert not (tmp_path / "dist").exists()


def test_of_a_release_that_fails_nothing_is_left(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(CareflowError, match="did not sign"):
        Release(checkout, tmp_path).make((), tmp_path / "no key")

    assert [*tmp_path.iterdir()] == []


def test_the_bill_of_an_image_names_all_that_is_installed_in_it() -> None:
    held = Contents(
        "sha256:" + "0" * 64,
        python="3.11.2",
        system={"name": "debian", "version": "12"},
        distributions=[{"name": "Typing_Extensions", "version": "4.15.0", "license": "PSF-2.0"}],
        packages=[{"name": "libc6", "version": "2.36-9+deb12u10", "architecture": "amd64"}],
    )

    bill = json.loads(bills.of_image("careflow-booking", VERSION, held, datetime(2026, 1, 1, tzinfo=UTC)))

    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": "0" * 64}]
    found = {each["name"]: each.get("purl") for each in bill["components"]}
    assert found == {
        "debian": None,
        "python": None,
        "Typing_Extensions": "pkg:pypi/typing-extensions@4.15.0",
        "libc6": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12",
    }
    licensed = {each["name"]: each.get("licenses") for each in bill["components"]}
    assert licensed["Typing_Extensions"] == [{"license": {"id": "PSF-2.0"}}]
