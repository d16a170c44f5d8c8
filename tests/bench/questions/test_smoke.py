"""Every question can be asked of a build, whatever its answer; and nothing of the build's stack stays."""

from pathlib import Path

import psutil
import pytest

from careflow_cli.checkout import root
from careflow_cli.errors import CareflowError
from tests.bench.command import main
from tests.bench.questions.builds import Build, probing
from tests.bench.questions.catalogue import QUESTIONS

ASKED = [name for name in QUESTIONS if name != "waits"]
"""The round trips are counted with every `make test` already."""


@pytest.mark.long
@pytest.mark.store
@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_every_question_is_answered() -> None:
    with probing(Build("this build", root()), ASKED, extent="tiny") as probe:
        assert probe.started()
        processes = psutil.Process(probe.pid).children(recursive=True)
        for name in ASKED:
            probe.prepare(name)
        answers = {name: probe.turn(name) for name in ASKED}

    assert {name for name, turn in answers.items() if not turn.rows} == set()
    assert [row.name for turn in answers.values() for row in turn.rows if not row.samples] == []
    assert [process for process in processes if process.is_running()] == []


def test_a_checkout_without_an_environment_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(CareflowError, match="make bootstrap there first"),
        probing(Build("the other build", tmp_path), ASKED, extent="tiny"),
    ):
        raise AssertionError("nothing was started")


def test_the_command_refuses_a_question_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "speed"])

    assert refused.value.code == 2
    assert "there is no question speed" in capsys.readouterr().err
