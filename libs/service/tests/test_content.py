"""What the clinic brings of its own takes the place of what is shipped, by its name; nothing is passed over."""

from pathlib import Path

import pytest

from careflow_service.content import Content
from careflow_service.settings import SettingsError

ENTRIES = ("policy", "prices.json")


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    (folder / "policy").mkdir(parents=True)
    (folder / "policy" / "2026.json").write_text("shipped")
    (folder / "prices.json").write_text("shipped")
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def said(content: Content) -> dict[str, list[str]]:
    policy, prices = content / "policy", content / "prices.json"
    return {"policy": [each.read_text() for each in policy.iterdir()], "prices.json": [prices.read_text()]}


def test_without_a_folder_and_with_an_empty_one_everything_is_as_shipped(shipped: Path, own: Path) -> None:
    for folder in (None, own):
        assert said(Content(shipped, ENTRIES, folder)) == {"policy": ["shipped"], "prices.json": ["shipped"]}


def test_what_is_there_takes_the_place_of_the_shipped_and_the_rest_stays(shipped: Path, own: Path) -> None:
    (own / "prices.json").write_text("own")
    (own / ".gitkeep").touch()

    content = Content(shipped, ENTRIES, own)

    assert said(content) == {"policy": ["shipped"], "prices.json": ["own"]}
    assert content.own("policy") is None
    assert content.own("prices.json") == own / "prices.json"


def test_a_folder_of_the_clinics_own_stands_alone(shipped: Path, own: Path) -> None:
    """Whoever drops a document drops it: the shipped one does not come back beside the others."""
    (own / "policy").mkdir()
    (own / "policy" / "2027.json").write_text("own")

    assert said(Content(shipped, ENTRIES, own))["policy"] == ["own"]


def test_a_mistyped_name_is_told_with_those_there_may_be(shipped: Path, own: Path) -> None:
    (own / "price.json").write_text("own")

    with pytest.raises(SettingsError, match=r"holds price\.json, which nobody here knows; .*: policy, prices\.json$"):
        Content(shipped, ENTRIES, own)


def test_a_folder_that_is_not_there_is_told(shipped: Path, own: Path) -> None:
    with pytest.raises(SettingsError, match="CAREFLOW_CONTENT_DIR cannot be read"):
        Content(shipped, ENTRIES, own / "nowhere")
