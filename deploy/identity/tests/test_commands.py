"""What an administrator types is answered in one line where it cannot be done yet."""

from pathlib import Path

import pytest

from careflow_identity.__main__ import main


@pytest.mark.parametrize(
    "asked",
    [
        ("administrator", "robin", "--email", "robin@example.org"),
        ("link", "robin"),
        ("machine", "import", "--role", "coordinator"),
    ],
)
def test_nobody_is_entered_at_a_provider_that_was_never_started(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    assert main(asked) == 1

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "identity: nothing can be entered yet; `serve` makes the database first\n")
    assert not Path(given["IDENTITY_DATA"]).exists()
