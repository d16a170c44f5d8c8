"""The commands of the operators' page, as they stand there, and the end of it all."""

import os
import subprocess

from careflow_cli.deployment import settings
from careflow_cli.stack.services import SERVICES
from careflow_clinic.http import Caller
from tests.compose.documented import COMMANDS
from tests.compose.project import ROOT, Project, compose_command, docker, named


def test_the_documented_commands_work_as_written(project: Project) -> None:
    surroundings = {
        **os.environ,
        **settings.values(project.folder / ".env"),
        "CAREFLOW_ENV_FILE": str(project.folder / ".env"),
        "CAREFLOW_TOKEN": project.token(Caller("olga-operator", ("operator",))),
    }
    said = {}
    for command in COMMANDS:
        written = command.replace("docker-compose", " ".join(compose_command()), 1)
        done = subprocess.run(
            ["bash", "-c", written],
            cwd=ROOT,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        said[command] = done.stdout
        if " up -d" in command:
            project.await_healthy()

    (standing,) = (output for command, output in said.items() if "ops status" in command)
    assert [line.split()[:2] for line in standing.splitlines()[1:]] == [[spec.name, "0"] for spec in SERVICES]
    assert project.containers() == []
    assert len(docker("volume", "ls", "--quiet", *named(project.name)).split()) == 5, "data outlives its containers"


def test_nothing_is_left_at_the_end(project: Project) -> None:
    project.down()

    assert project.left() == []
