"""Apache Kafka's jars: which ones (`deploy/kafka/jars.sha256`), where they lie, and that they are exactly those.

Invariant: a Java process is started only with jars whose SHA-256 is in the committed list. The list has the format of
sha256sum with the files' places in a Maven repository, so `sha256sum -c` checks it too.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver
from jgo.parse import Coordinate

from careflow_cli import checkout
from careflow_cli.cache import exclusive
from careflow_cli.errors import CareflowError

VERSION = "4.3.1"
ROOTS = (("org.apache.kafka", "kafka_2.13", VERSION), ("org.slf4j", "slf4j-simple", "1.7.36"))
PARALLEL_DOWNLOADS = 4


def list_file() -> Path:
    """The committed list."""
    return checkout.root() / "deploy" / "kafka" / "jars.sha256"


def folder() -> Path:
    """Where the jars of this version lie, shared by all checkouts."""
    return checkout.cache() / f"kafka-{VERSION}"


def listed() -> dict[str, str]:
    """Repository path -> SHA-256, in the order of the class path."""
    lines = list_file().read_text("utf-8").splitlines()
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines if line)}


def digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def missing(jars: Mapping[str, str]) -> list[str]:
    """Listed jars that are not in the cache."""
    return [path for path in jars if not (folder() / path).is_file()]


def class_path() -> str:
    """The verified class path. Raises CareflowError when a jar is missing or is not the one in the list."""
    jars = listed()
    if absent := missing(jars):
        raise CareflowError(f"{folder()} lacks {len(absent)} of {len(jars)} Kafka jars: run careflow infra prepare")
    for path, digest in jars.items():
        if digest_of(folder() / path) != digest:
            raise CareflowError(f"{folder() / path} is not the listed jar: delete it and run careflow infra prepare")
    return ":".join(str(folder() / path) for path in jars)


def prepare(say: Callable[[str], None]) -> None:
    """Fetch what is missing, each file compared with the list before it takes its place; then verify all."""
    jars = listed()
    if missing(jars):
        with exclusive(), tempfile.TemporaryDirectory(dir=checkout.cache(), prefix="jars-") as fresh:
            wanted = missing(jars)  # another process may have been faster
            fetched = fetch([coordinate_of(path) for path in wanted], Path(fresh), say)
            for path in wanted:
                if fetched.get(path) != jars[path]:
                    raise CareflowError(
                        f"the package index sent another {path} than deploy/kafka/jars.sha256 lists; nothing was kept"
                    )
            for path in wanted:
                (folder() / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(Path(fresh) / path, folder() / path)
    class_path()


def write_list(say: Callable[[str], None]) -> int:
    """Resolve the roots anew and write the list; the number of jars. For whoever raises the version."""
    with tempfile.TemporaryDirectory() as fresh:
        context = repository(Path(fresh))
        say("resolving")
        given, transitive = context.resolver.resolve([context.create_dependency(at(*root)) for root in ROOTS])
        needed = [*given, *(each for each in transitive if each.scope in ("compile", "runtime"))]
        fetched = fetch([(each.groupId, each.artifactId, each.version) for each in needed], Path(fresh), say)
    list_file().write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(fetched.items())), "utf-8")
    return len(fetched)


def fetch(coordinates: Sequence[tuple[str, str, str]], into: Path, say: Callable[[str], None]) -> dict[str, str]:
    """Download these into a folder laid out like a Maven repository; repository path -> SHA-256."""
    context = repository(into)

    def download(coordinate: tuple[str, str, str]) -> Path:
        group, artifact, version = coordinate
        return Path(context.project(group, artifact).at_version(version).artifact().resolve())

    fetched: dict[str, str] = {}
    try:
        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            for file in pool.map(download, coordinates):
                fetched[file.relative_to(into).as_posix()] = digest_of(file)
                say(f"{len(fetched)} of {len(coordinates)}")
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, jgo's are RuntimeErrors
        raise CareflowError(
            f"Kafka's jars could not be fetched; is there a network? ({type(error).__name__})"
        ) from error
    return fetched


def repository(into: Path) -> MavenContext:
    """Maven's public repository, or the mirror this machine's jgo configuration names, without Maven."""
    mirrors = GlobalSettings.load().repositories or None
    return MavenContext(resolver=PythonResolver(), repo_cache=into, remote_repos=mirrors)


def at(group: str, artifact: str, version: str) -> Coordinate:
    return Coordinate(group, artifact, version, scope="compile")


def coordinate_of(path: str) -> tuple[str, str, str]:
    """`org/slf4j/slf4j-api/1.7.36/slf4j-api-1.7.36.jar` -> group, artifact, version."""
    *group, artifact, version = PurePosixPath(path).parent.parts
    return ".".join(group), artifact, version
