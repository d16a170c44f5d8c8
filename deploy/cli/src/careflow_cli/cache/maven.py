"""Resolving and downloading jars from a Maven repository, without Maven.

Invariant: it writes into the given folder only. Trust is decided elsewhere: what comes back is a digest for each file.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.maven import MavenContext, PythonResolver
from jgo.parse import Coordinate

from careflow_cli.cache.digests import sha256
from careflow_cli.errors import CareflowError

PARALLEL_DOWNLOADS = 4

JarId = tuple[str, str, str]  # group, artifact, version


def resolve(roots: Sequence[JarId], into: Path) -> list[JarId]:
    """These jars and all they need at run time."""
    context = repository(into)
    wanted = [context.create_dependency(Coordinate(*root, scope="compile")) for root in roots]
    try:
        given, transitive = context.resolver.resolve(wanted)
    except (OSError, RuntimeError) as error:
        raise unreachable(error) from error
    needed = [*given, *(each for each in transitive if each.scope in ("compile", "runtime"))]
    return [(each.groupId, each.artifactId, each.version) for each in needed]


def fetch(jars: Sequence[JarId], into: Path, say: Callable[[str], None]) -> dict[str, str]:
    """Download these into a folder laid out like a Maven repository; repository path -> SHA-256."""
    context = repository(into)

    def download(jar: JarId) -> Path:
        group, artifact, version = jar
        return Path(context.project(group, artifact).at_version(version).artifact().resolve())

    fetched: dict[str, str] = {}
    try:
        with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
            for file in pool.map(download, jars):
                fetched[file.relative_to(into).as_posix()] = sha256(file)
                say(f"{len(fetched)} of {len(jars)}")
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, jgo's are RuntimeErrors
        raise unreachable(error) from error
    return fetched


def repository(into: Path) -> MavenContext:
    """Maven's public repository, or the mirror this machine's jgo configuration names."""
    mirrors = GlobalSettings.load().repositories or None
    return MavenContext(resolver=PythonResolver(), repo_cache=into, remote_repos=mirrors)


def unreachable(error: Exception) -> CareflowError:
    """The sentence for what usually is a missing network."""
    return CareflowError(f"Kafka's jars could not be fetched; is there a network? ({type(error).__name__})")
