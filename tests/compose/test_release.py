"""A release with an image: built of what is committed, with a bill of what is truly in it."""

import json
import re
import subprocess
import tarfile
from pathlib import Path

import pytest

from careflow_cli.deployment import settings
from careflow_cli.release.building import Release
from tests.compose.project import ROOT, docker, what_is_missing

VERSION = settings.values(ROOT / ".env.example")["CAREFLOW_VERSION"]
IMAGE = f"careflow-tools:{VERSION}"


@pytest.fixture(scope="module")
def commit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which this version has its section of the changelog."""
    clone = tmp_path_factory.mktemp("commit") / "careflow"
    subprocess.run(["git", "clone", "--quiet", "--no-local", "--depth=1", f"file://{ROOT}", str(clone)], check=True)
    with (clone / "CHANGELOG.md").open("a", encoding="utf-8") as changes:
        changes.write(f"\n## {VERSION}\n\n- Everything.\n")
    who = ("-c", "user.name=Robin", "-c", "user.email=robin@example.org")
    subprocess.run(["git", *who, "commit", "--quiet", "--all", "--message", "Released"], cwd=clone, check=True)
    return clone


@pytest.fixture(scope="module")
def released(commit: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the smallest of the images."""
    if missing := what_is_missing():
        pytest.exit(f"test-compose: {missing}", returncode=1)
    return Release(commit, tmp_path_factory.mktemp("dist")).make(["tools"], None)


def test_the_image_is_of_that_commit_and_lies_beside_its_digest(released: Path, commit: Path) -> None:
    digest = json.loads((released / "images.json").read_bytes())
    (inspected,) = json.loads(docker("image", "inspect", IMAGE))

    assert digest == {IMAGE: inspected["Id"]}
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=commit, check=True, capture_output=True, text=True)
    assert inspected["Config"]["Labels"]["org.opencontainers.image.revision"] == head.stdout.strip()
    assert inspected["Config"]["Labels"]["org.opencontainers.image.version"] == VERSION
    with tarfile.open(released / "images.tar") as packed:
        content = packed.extractfile("manifest.json")
        assert content is not None
        assert [each["RepoTags"] for each in json.loads(content.read())] == [[IMAGE]]


def test_its_bill_has_what_was_locked_what_is_ours_and_what_the_base_brings(released: Path) -> None:
    bill = json.loads((released / f"careflow-tools-{VERSION}.cdx.json").read_bytes())
    found = {each["purl"].partition("?")[0] for each in bill["components"] if "purl" in each}
    locked = dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", (ROOT / "locks/tools.txt").read_text("utf-8"), re.M))

    python = {purl.removeprefix("pkg:pypi/") for purl in found if purl.startswith("pkg:pypi/")}
    assert python >= {f"careflow-cli@{VERSION}", f"careflow-events@{VERSION}"}
    assert python - {f"{name}@{version}" for name, version in locked.items()} == {
        f"careflow-cli@{VERSION}",
        f"careflow-events@{VERSION}",
    }
    assert any(purl.startswith("pkg:deb/debian/libc6@") for purl in found)
    unlicensed = [
        each["name"] for each in bill["components"] if "pypi" in each.get("purl", "") and "licenses" not in each
    ]
    assert unlicensed == []
