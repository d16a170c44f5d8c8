"""Apache Kafka's jars: which ones (`deploy/kafka/jars.sha256`), where they lie, and that they are exactly those.

Invariant: a Java process is started only with jars whose SHA-256 is in the committed list. The list has the format of
sha256sum with the files' places in a Maven repository, so `sha256sum -c` checks it too.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from careflow_cli import checkout
from careflow_cli.cache import exclusive
from careflow_cli.cache.digests import sha256
from careflow_cli.errors import CareflowError

VERSION = "4.3.1"
ROOTS = (("org.apache.kafka", "kafka_2.13", VERSION), ("org.slf4j", "slf4j-simple", "1.7.36"))


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


def missing(jars: Mapping[str, str]) -> list[str]:
    """Listed jars that are not in the cache."""
    return [path for path in jars if not (folder() / path).is_file()]


def class_path() -> str:
    """The verified class path. Raises CareflowError when a jar is missing or is not the one in the list."""
    jars = listed()
    if absent := missing(jars):
        raise CareflowError(f"{folder()} lacks {len(absent)} of {len(jars)} Kafka jars: run careflow infra prepare")
    for path, digest in jars.items():
        if sha256(folder() / path) != digest:
            raise CareflowError(f"{folder() / path} is not the listed jar: delete it and run careflow infra prepare")
    return ":".join(str(folder() / path) for path in jars)


def prepare(say: Callable[[str], None]) -> None:
    """Fetch what is missing, each file compared with the list before it takes its place; then verify all."""
    jars = listed()
    if missing(jars):
        from careflow_cli.cache import maven  # only who fetches pays for loading the resolver

        with exclusive(), tempfile.TemporaryDirectory(dir=checkout.cache(), prefix="jars-") as fresh:
            wanted = missing(jars)  # another process may have been faster
            fetched = maven.fetch([coordinate_of(path) for path in wanted], Path(fresh), say)
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
    from careflow_cli.cache import maven

    with tempfile.TemporaryDirectory() as fresh:
        say("resolving")
        fetched = maven.fetch(maven.resolve(ROOTS, Path(fresh)), Path(fresh), say)
    list_file().write_text("".join(f"{digest}  {path}\n" for path, digest in sorted(fetched.items())), "utf-8")
    return len(fetched)


def coordinate_of(path: str) -> tuple[str, str, str]:
    """`org/slf4j/slf4j-api/1.7.36/slf4j-api-1.7.36.jar` -> group, artifact, version."""
    *group, artifact, version = PurePosixPath(path).parent.parts
    return ".".join(group), artifact, version
