"""Releases: made once, kept for ever, and every one of them compared with what is said today."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic.fields import FieldInfo

from careflow_events.contracts import ConsultationBooked, ConsultationMissed
from careflow_events.contracts.clearance import ClearanceForSessions
from careflow_events.schemas import released
from careflow_events.schemas.released import ReleaseRefused, broken_promises, release
from careflow_events.testing import samples

MISSED = Path("booking") / ConsultationMissed.name()


@pytest.fixture
def changes(tmp_path: Path) -> Path:
    """Says that something changed."""
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# Changes\n\n## Unreleased\n\n- `ConsultationMissed`: new.\n")
    return path


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    return tmp_path / "released"


def promises(releases: Path) -> list[str]:
    return [str(each) for each in broken_promises(releases)]


def more_to_say(changes: Path) -> None:
    """Something has changed since the last release."""
    changes.write_text(changes.read_text().replace("## Unreleased\n", "## Unreleased\n\n- Better words.\n"))


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
    more_to_say(changes)
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

    broken, changed = promises(releases)
    assert broken.startswith(f"1.0: booking/ConsultationBooked/{sample.stem}: event: an event of the past")
    assert changed.startswith(f"1.0: booking/ConsultationBooked/{sample.stem}: sample: a sample is another")


def test_an_event_of_the_past_is_read_by_those_it_was_sealed_for(
    releases: Path, changes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a section holds is no longer read: nobody else would notice."""
    release("1.0", changes, releases)
    monkeypatch.setitem(ClearanceForSessions.model_fields, "allergies", FieldInfo(annotation=int))
    ClearanceForSessions.model_rebuild(force=True)

    try:
        broken = promises(releases)
    finally:
        monkeypatch.undo()
        ClearanceForSessions.model_rebuild(force=True)
    assert any("screening/ClearanceGranted" in each and "for_sessions" in each for each in broken)


@pytest.mark.parametrize("change", [lambda path: edited(path, id="another"), Path.unlink])
def test_a_released_sample_stays_as_it_is(
    change: Callable[[Path], object], releases: Path, changes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release("1.0", changes, releases)
    today = tmp_path / "samples"
    shutil.copytree(samples.FOLDER, today)
    monkeypatch.setattr(samples, "FOLDER", today)
    (sample,) = (today / MISSED).glob("*.json")
    change(sample)

    (broken,) = promises(releases)
    assert broken == f"1.0: booking/ConsultationMissed/{sample.stem}: sample: a sample is another, or gone"


@pytest.mark.parametrize("name", ["1.0", "1.2", "2.0", "1.01", "v1.1", "../1.1", ""])
def test_only_the_next_release_is_made(name: str, releases: Path, changes: Path) -> None:
    (releases / "1.0").mkdir(parents=True)

    with pytest.raises(ReleaseRefused, match=r"the next release: that is 1\.1"):
        release(name, changes, releases)
    assert list(releases.glob("**/*")) == [releases / "1.0"]


@pytest.mark.parametrize(
    "said", ["# Changes\n", "# Changes\n\n## Unreleased\n", "\n## Unreleased\n\n## 0.9\n\n- All.\n"]
)
def test_no_release_without_a_word_about_what_changed(said: str, releases: Path, changes: Path) -> None:
    changes.write_text(said)

    with pytest.raises(ReleaseRefused, match="nothing stands under `## Unreleased`"):
        release("1.0", changes, releases)
    assert not releases.exists()
    assert changes.read_text() == said


def test_what_was_unreleased_stands_under_the_releases_name(releases: Path, changes: Path) -> None:
    release("1.0", changes, releases)
    assert changes.read_text() == "# Changes\n\n## Unreleased\n\n## 1.0\n\n- `ConsultationMissed`: new.\n"

    more_to_say(changes)
    release("1.1", changes, releases)
    assert [line for line in changes.read_text().splitlines() if line.startswith("##")] == [
        "## Unreleased",
        "## 1.1",
        "## 1.0",
    ]


def test_no_release_while_a_promise_is_broken(releases: Path, changes: Path) -> None:
    place = release("1.0", changes, releases)
    more_to_say(changes)
    with_a_field_more(place / "schemas" / MISSED / "v1.json", "reason")

    with pytest.raises(ReleaseRefused, match="broken"):
        release("1.1", changes, releases)
    assert not (releases / "1.1").exists()
