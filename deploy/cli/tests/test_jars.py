"""Kafka's jars are exactly the listed ones, or nothing starts."""

from pathlib import Path

import pytest

from careflow_cli.cache import jars
from careflow_cli.cache.digests import sha256
from careflow_cli.errors import CareflowError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with two jars as listed, and that list."""
    monkeypatch.setenv("CAREFLOW_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(jars, "list_file", lambda: tmp_path / "jars.sha256")
    lines = []
    for path in ("org/one/1.0/one-1.0.jar", "org/two/2.0/two-2.0.jar"):
        jar = jars.folder() / path
        jar.parent.mkdir(parents=True)
        jar.write_bytes(path.encode())
        lines.append(f"{sha256(jar)}  {path}\n")
    (tmp_path / "jars.sha256").write_text("".join(lines), "utf-8")
    return jars.folder()


def test_the_class_path_is_what_is_listed(cache: Path) -> None:
    (cache / "stray.jar").write_bytes(b"not listed")

    assert jars.class_path() == f"{cache}/org/one/1.0/one-1.0.jar:{cache}/org/two/2.0/two-2.0.jar"


def test_another_jar_than_the_listed_one_is_refused_by_name(cache: Path) -> None:
    (cache / "org/two/2.0/two-2.0.jar").write_bytes(b"tampered")

    with pytest.raises(CareflowError, match=r"two-2\.0\.jar is not the listed jar: delete it") as refused:
        jars.class_path()
    assert "\n" not in str(refused.value)


def test_a_missing_jar_says_how_to_get_it(cache: Path) -> None:
    (cache / "org/one/1.0/one-1.0.jar").unlink()

    with pytest.raises(CareflowError, match="lacks 1 of 2 Kafka jars: run careflow infra prepare"):
        jars.class_path()


def test_nothing_is_fetched_when_all_are_there(cache: Path) -> None:
    said: list[str] = []

    jars.prepare(said.append)

    assert said == []


def test_the_committed_list_names_kafka_and_its_logger() -> None:
    listed = jars.listed()

    assert f"org/apache/kafka/kafka_2.13/{jars.VERSION}/kafka_2.13-{jars.VERSION}.jar" in listed
    assert any("slf4j-simple" in path for path in listed)
    assert all(len(digest) == 64 for digest in listed.values())


def test_a_path_in_the_list_names_a_jar_of_the_repository() -> None:
    path = "com/fasterxml/jackson/core/jackson-core/2.21.2/jackson-core-2.21.2.jar"

    assert jars.coordinate_of(path) == ("com.fasterxml.jackson.core", "jackson-core", "2.21.2")
