"""A deployment that is stopped while it is being started leaves nothing behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compose.project import ROOT, docker, named, until

STARTING = """
import signal, sys
from pathlib import Path
from careflow_cli.processes.signals import raise_interrupted
from tests.compose.project import Project

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, raise_interrupted)
with Project.prepared(Path(sys.argv[1])) as project:
    print(project.name, flush=True)
    project.up()
"""


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_start_that_was_interrupted(how: signal.Signals, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTING, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as starting:
        assert starting.stdout is not None
        name = starting.stdout.readline().strip()
        assert until(lambda: bool(docker("ps", "--quiet", *named(name))), 120), "some containers run already"

        starting.send_signal(how)
        starting.wait(120)

    assert starting.returncode != 0
    for what in (("ps", "--all"), ("network", "ls"), ("volume", "ls")):
        assert docker(*what, "--quiet", *named(name)) == ""
