"""How each container is kept: who it runs as, what it may do, what it sees of the others."""

import json
from pathlib import Path
from typing import Any

import pytest

from careflow_cli.stack.services import SERVICES
from tests.compose.project import Project, docker

BASE_IMAGE = "python:3.11-slim-bookworm"
ABOVE_BASE = 110_000_000  # bytes an image may have beyond the base
TYPESETTER = 80_000_000  # bytes of billing's typesetting compiler and its font for names in other scripts
MEMORY_OF_ALL = 3_000_000_000  # bytes
NAMES = [spec.name for spec in SERVICES]


def names(project: Project) -> dict[str, dict[str, Any]]:
    return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in project.containers()}


def test_everything_came_up_in_its_order_and_the_jobs_ended_well(project: Project) -> None:
    states = {name: each["State"] for name, each in names(project).items()}
    jobs = {"topics", *(f"{name}-{job}" for name in NAMES for job in ("store-init", "indexes"))}

    assert {name for name, state in states.items() if not state["Running"]} == jobs
    assert {states[job]["ExitCode"] for job in jobs} == {0}
    for name in NAMES:
        order = [states[f"{name}-{part}"]["StartedAt"] for part in ("store", "store-init", "indexes", "api")]
        assert order == sorted(order)


def test_no_container_runs_as_root_or_may_do_more_than_it_must(project: Project) -> None:
    for name, each in names(project).items():
        host = each["HostConfig"]
        process = project.execute(each["Id"], "cat", "/proc/1/status").stdout if each["State"]["Running"] else ""
        status = dict(line.split(":\t", 1) for line in process.splitlines() if ":\t" in line)

        assert not each["Config"]["User"].startswith(("0", "root")), name
        assert each["Config"]["User"], name
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert host["CapAdd"] is None, name
        assert host["SecurityOpt"] == ["no-new-privileges:true"], name
        assert host["Memory"] > 0, name
        assert host["NanoCpus"] > 0, name
        assert host["PidsLimit"] > 0, name
        assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "5"}, name
        if status:
            assert "0" not in status["Uid"].split(), name
            assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, name
            assert status["NoNewPrivs"] == "1", name


def test_nothing_can_be_written_but_memory_and_data(project: Project) -> None:
    for name in ("booking-api", "kafka", "edge", "billing-store"):
        (each,) = project.containers(name)
        refused = project.execute(each["Id"], "bash", "-c", "echo x >/planted || echo x >/opt/planted")
        assert "Read-only file system" in refused.stderr, name


def test_only_the_edge_is_published_beyond_this_host(project: Project) -> None:
    beyond = {
        name
        for name, each in names(project).items()
        for bindings in (each["NetworkSettings"]["Ports"] or {}).values()
        for binding in bindings or ()
        if binding["HostIp"] != "127.0.0.1"
    }

    assert beyond == set(), "in this test the edge is on the loopback interface, too"


@pytest.mark.parametrize("service", NAMES)
def test_a_store_is_reached_by_its_own_service_alone(project: Project, service: str) -> None:
    (worker,) = project.containers(f"{service}-worker")

    assert stores_reached(project, worker) == [f"{service}-store"]


@pytest.mark.parametrize("service", NAMES)
def test_a_process_finds_its_own_secrets_and_nobody_elses(project: Project, service: str) -> None:
    for process in ("api", "worker", "timers"):
        (container,) = project.containers(f"{service}-{process}")
        mounted = {
            Path(mount["Source"]).name
            for mount in container["Mounts"]
            if mount["Destination"].startswith("/run/secrets/")
        }
        foreign = {name for name in mounted for other in NAMES if other != service and other in name}
        assert foreign == set()
        assert (f"sealing-{service}-private.json" in mounted) == (process == "worker")
        seen = project.execute(container["Id"], "ls", "/run/secrets").stdout.split()
        assert len(seen) == len(mounted)


@pytest.mark.parametrize("service", NAMES)
def test_a_service_owns_its_database_and_nothing_else_of_its_store(project: Project, service: str) -> None:
    (container,) = project.containers(f"{service}-api")
    program = (
        "import json, pymongo\n"
        "client = pymongo.MongoClient(open('/run/secrets/mongo-url').read())\n"
        "def allowed(name):\n"
        "    try:\n"
        "        client[name]['_probe'].insert_one({}); client[name]['_probe'].drop()\n"
        "    except pymongo.errors.OperationFailure as refused:\n"
        "        return refused.code != 13\n"
        "    return True\n"
        f"print(json.dumps([allowed('{service}'), allowed('another'), allowed('admin')]))\n"
    )

    answer = project.execute(container["Id"], "python", "-c", program)

    assert json.loads(answer.stdout) == [True, False, False], answer.stderr


def test_images_are_small(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def size(image: str) -> int:
        return int(docker("image", "inspect", "--format", "{{.Size}}", image))

    base = size(BASE_IMAGE)
    images = {each["Config"]["Image"] for each in project.containers() if "careflow-" in each["Config"]["Image"]}
    above = {image: size(image) - base for image in sorted(images)}
    with capsys.disabled():
        print("\nabove the base image: " + ", ".join(f"{name} {count / 1e6:.0f} MB" for name, count in above.items()))

    assert len(above) == len(NAMES) + 1
    for image, count in above.items():
        assert count < ABOVE_BASE + (TYPESETTER if "billing" in image else 0), image


def test_the_whole_stack_fits_a_small_machine(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    used = {each["Name"]: memory(project, each) for each in project.lasting()}
    with capsys.disabled():
        print(f"\nmemory of {len(used)} containers: {sum(used.values()) / 1e6:.0f} MB")

    assert sum(used.values()) < MEMORY_OF_ALL


def memory(project: Project, container: dict[str, Any]) -> int:
    """Resident bytes of all processes in a container."""
    said = project.execute(container["Id"], "bash", "-c", "cat /proc/[0-9]*/status | grep VmRSS").stdout
    return sum(int(line.split()[1]) * 1024 for line in said.splitlines())


def stores_reached(project: Project, container: dict[str, Any]) -> list[str]:
    """The stores whose port a connection can be opened to from inside; a name nobody knows is looked up for long."""
    tries = [f"(timeout 3 bash -c 'exec 3<>/dev/tcp/{name}-store/27017' && echo {name}-store) &" for name in NAMES]
    return project.execute(container["Id"], "bash", "-c", " ".join([*tries, "wait"])).stdout.split()
