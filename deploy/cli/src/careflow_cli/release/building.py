"""A release, made of a commit: images, the wheel of the events, the sources, bills of materials, checksums, a
signature.

Invariant: what is released is what is committed, under the one version that all of the checkout says; a folder that is
there is never written into, and one that could not be finished is not left.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import Parser
from pathlib import Path

import yaml

from careflow_cli.deployment.overlays import BASE, Overlay
from careflow_cli.errors import CareflowError
from careflow_cli.release import bills, contents, sums

BUILDS = (BASE, Overlay.IDENTITY.file)
"""The compose files that say how images are built."""
WHEEL = "libs/events"
ARCHIVE = "images.tar"
LIST = "images.json"
VERSIONS: Mapping[str, str] = {
    "*/*/pyproject.toml": r'^version = "([^"]+)"$',
    ".env.example": r"^CAREFLOW_VERSION=(\S+)$",
    "docker-compose.yml": r"CAREFLOW_VERSION:-([^}]+)}",
    Overlay.IDENTITY.file: r"CAREFLOW_VERSION:-([^}]+)}",
    "deploy/docker/Dockerfile": r"^ARG VERSION=(\S+)$",
}
"""Where a checkout says its version, and how."""


@dataclass(frozen=True, slots=True)
class Release:
    """Of the checkout, into `folder`, saying with `say` what it is at."""

    checkout: Path
    folder: Path
    say: Callable[[str], None] = field(default=lambda _: None)

    def make(self, images: Sequence[str] | None, key: Path | None) -> Path:
        """With these images (None: all there are), signed where there is a key. Raises CareflowError."""
        version, commit = self._version(), self._commit()
        place = self.folder / f"careflow-{version}"
        if place.exists():
            raise CareflowError(f"{place} is there: a release is made once")
        made_at = datetime.fromtimestamp(int(self._git("show", "--no-patch", "--format=%ct", commit)), UTC)
        place.mkdir(parents=True)
        try:
            self._sources(place, version, commit)
            self._wheel(place, made_at)
            self._images(place, version, commit, made_at, images)
            self.say("checksums")
            written = sums.write(place)
            if key:
                sums.sign(written, key)
        except BaseException:
            shutil.rmtree(place)
            raise
        return place

    # -- what is released

    def _version(self) -> str:
        found: dict[str, set[str]] = {}
        for pattern, line in VERSIONS.items():
            for file in sorted(self.checkout.glob(pattern)):
                for said in re.findall(line, file.read_text("utf-8"), re.MULTILINE):
                    found.setdefault(said, set()).add(str(file.relative_to(self.checkout)))
        if len(found) != 1:
            told = "; ".join(f"{version} in {', '.join(sorted(files))}" for version, files in sorted(found.items()))
            raise CareflowError(f"the checkout has one version or is not released: {told}")
        (version,) = found
        if f"\n## {version}\n" not in (self.checkout / "CHANGELOG.md").read_text("utf-8"):
            raise CareflowError(f"CHANGELOG.md has no section {version}: name there what it brings")
        return version

    def _commit(self) -> str:
        if self._git("status", "--porcelain"):
            raise CareflowError("what is not committed is not released: commit it, or take it away")
        return self._git("rev-parse", "HEAD")

    # -- its parts

    def _sources(self, place: Path, version: str, commit: str) -> None:
        self.say("sources")
        name = f"careflow-{version}"
        self._git("archive", "--format=tar.gz", f"--prefix={name}/", f"--output={place / name}.tar.gz", commit)

    def _wheel(self, place: Path, made_at: datetime) -> None:
        self.say("wheel of the events")
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(made_at.timestamp()))}
        _run(
            [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(place)],
            self.checkout / WHEEL,
            environment,
        )
        (wheel,) = place.glob("*.whl")
        with zipfile.ZipFile(wheel) as packed:
            (name,) = (each for each in packed.namelist() if each.endswith(".dist-info/METADATA"))
            metadata = Parser().parsestr(packed.read(name).decode())
        wheel.with_suffix(".cdx.json").write_bytes(bills.of_wheel(metadata, sums.digest(wheel), made_at))

    def _images(self, place: Path, version: str, commit: str, made_at: datetime, wanted: Sequence[str] | None) -> None:
        built = {}
        for name, arguments in self._builds():
            if wanted is None or name in wanted:
                self.say(f"image of {name}")
                image = f"careflow-{name}:{version}"
                self._build(image, {**arguments, "VERSION": version}, commit)
                held = contents.of_image(image)
                bill = bills.of_image(f"careflow-{name}", version, held, made_at)
                (place / f"careflow-{name}-{version}.cdx.json").write_bytes(bill)
                built[image] = held.id
        if unknown := {*(wanted or ())} - {image.removeprefix("careflow-").partition(":")[0] for image in built}:
            raise CareflowError(f"there is no image of {', '.join(sorted(unknown))}")
        if built:
            self.say("images into one file")
            (place / LIST).write_text(json.dumps(built, indent=2) + "\n", "utf-8")
            _run(["docker", "save", "--output", str(place / ARCHIVE), *built], self.checkout)

    def _builds(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Each image and what it is built with, as the compose files say it."""
        for file in BUILDS:
            for each in yaml.safe_load((self.checkout / file).read_text("utf-8"))["services"].values():
                if "build" in each:
                    yield each["build"]["args"]["SERVICE"], each["build"]["args"]

    def _build(self, image: str, arguments: Mapping[str, str], commit: str) -> None:
        said = [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
        label = f"org.opencontainers.image.revision={commit}"
        dockerfile = ("--file", "deploy/docker/Dockerfile", "--network", "host")
        _run(["docker", "build", "--quiet", *dockerfile, *said, "--label", label, "--tag", image, "."], self.checkout)

    def _git(self, *arguments: str) -> str:
        return _run(["git", *arguments], self.checkout).strip()


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    program = shutil.which(command[0])
    if program is None:
        raise CareflowError(f"{command[0]} is not installed")
    done = subprocess.run(
        [program, *command[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CareflowError(f"{' '.join(command[:2])} failed: {why}")
    return done.stdout
