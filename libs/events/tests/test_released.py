"""Releases: made once, kept for ever, and every one of them compared with what is said today."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from careflow_events.contracts import ConsultationBooked, ConsultationMissed
from careflow_events.schemas import released
from careflow_events.schemas.released import ReleaseRefused, broken_promises, release

MISSED = Path("booking") / ConsultationMissed.name()


@pytest.fixture
def changes(tmp_path: Path) -> Path:
    """Says what changed in the first three versions."""
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# Changes\n\n## 1.2\n\n## 1.1\n\n## 1.0\n")
    return path


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    return tmp_path / "released"


def promises(releases: Path) -> list[str]:
    return [str(each) for each in broken_promises(releases)]


def edited(path: Path, **changes: Any) -> None:
    """What was released had been otherwise in these places."""
    document = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps({**document, **changes}))


def with_a_field_more(path: Path, field: str) -> None:
    """What was released had a field that there is no more."""
    schema = orjson.loads(path.read_bytes())
    edited(path, properties={**schema["properties"], field: {"type": "string"}})


def test_what_is_said_today_keeps_every_promise_made() -> None:
    assert promises(released.RELEASES) == []


def test_a_release_keeps_published_schemas_and_samples_and_is_kept_itself(releases: Path, changes: Path) -> None:
    place = release("1.0", changes, releases)

    assert (place / "schemas" / MISSED / "v1.json").exists()
    assert not list(place.glob("**/*.producer.json"))
    assert (place / "schemas" / "envelope.json").exists()
    assert list((place / "samples" / MISSED).glob("*.json"))
    assert promises(releases) == []


def test_today_is_compared_with_every_release_not_with_the_last(releases: Path, changes: Path) -> None:
    first = release("1.0", changes, releases)
    release("1.1", changes, releases)
    with_a_field_more(first / "schemas" / MISSED / "v1.json", "reason")

    assert promises(releases) == ["1.0: booking/ConsultationMissed/v1: data.reason: removed"]


def test_an_event_that_is_gone_breaks_a_promise_and_one_that_is_new_does_not(releases: Path, changes: Path) -> None:
    place = release("1.0", changes, releases)
    (place / "schemas" / MISSED / "v1.json").rename(place / "schemas" / MISSED / "v2.json")

    assert promises(releases) == ["1.0: booking/ConsultationMissed/v2: event: removed"]


def test_the_envelope_is_promised_too(releases: Path, changes: Path) -> None:
    place = release("1.0", changes, releases)
    with_a_field_more(place / "schemas" / "envelope.json", "partition")

    assert promises(releases) == ["1.0: envelope: data.partition: removed"]


def test_an_event_of_the_past_that_is_no_longer_read_breaks_a_promise(releases: Path, changes: Path) -> None:
    place = release("1.0", changes, releases)
    (sample,) = (place / "samples" / "booking" / ConsultationBooked.name()).glob("info-call*.json")
    edited(sample, data={})

    (broken,) = promises(releases)
    assert broken.startswith(f"1.0: booking/ConsultationBooked/{sample.stem}: event: an event of the past")


@pytest.mark.parametrize("name", ["1.0", "1.2", "2.0", "1.01", "v1.1", "../1.1", ""])
def test_only_the_next_release_is_made(name: str, releases: Path, changes: Path) -> None:
    (releases / "1.0").mkdir(parents=True)

    with pytest.raises(ReleaseRefused, match=r"the next release: that is 1\.1"):
        release(name, changes, releases)
    assert list(releases.glob("**/*")) == [releases / "1.0"]


def test_no_release_without_a_word_about_what_changed(releases: Path, changes: Path) -> None:
    changes.write_text("# Changes\n\n## Unreleased\n")

    with pytest.raises(ReleaseRefused, match=r"no heading `## 1\.0`"):
        release("1.0", changes, releases)
    assert not releases.exists()


def test_no_release_while_a_promise_is_broken(releases: Path, changes: Path) -> None:
    place = release("1.0", changes, releases)
    with_a_field_more(place / "schemas" / MISSED / "v1.json", "reason")

    with pytest.raises(ReleaseRefused, match="broken"):
        release("1.1", changes, releases)
    assert not (releases / "1.1").exists()
