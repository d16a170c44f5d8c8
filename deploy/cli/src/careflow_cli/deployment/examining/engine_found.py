"""What the engine has of a deployment: room, images of the right version, processes that work, and what is exposed."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from careflow_cli.deployment.examining import engine
from careflow_cli.deployment.examining.findings import Deployed, Finding, known, of, well, wrong
from careflow_cli.errors import CareflowError
from careflow_cli.stack.services import SERVICES

SCARCE, FULL = 0.2, 0.05
"""Of a disk that is free: what the alerts DiskFills and DiskFull say."""
VERSION_LABEL = "org.opencontainers.image.version"
FILES_LABEL = "careflow.version"
"""Of a container whose image is somebody else's: the version whose files it was made with."""
LASTING = "unless-stopped"
"""How compose files say that a container is meant to go on running."""
LOOPBACK = ("127.0.0.1", "::1")


def engine_found(_: Deployed) -> Iterator[Finding]:
    """Whether it answers; what is asked of it is left out where it does not."""
    try:
        yield well("engine", f"version {engine.asked('version', '--format', '{{.Server.Version}}').strip()}")
    except CareflowError as error:
        yield wrong("engine", str(error), "start it, or say where it is with DOCKER_HOST")


def disk_found(deployed: Deployed) -> Iterator[Finding]:
    """Where the engine keeps its volumes, where that is on this host, and where this checkout is."""
    try:
        kept = Path(engine.asked("info", "--format", "{{.DockerRootDir}}").strip())
    except CareflowError:
        kept = deployed.checkout
    place = kept if kept.is_dir() else deployed.checkout
    usage = shutil.disk_usage(place)
    says = f"{usage.free / 1e9:.0f} GB free at {place}"
    if usage.free < FULL * usage.total:
        yield wrong("disk", says, "make room now: a full disk stops Kafka and the stores; runbooks.md, The disk fills")
    elif usage.free < SCARCE * usage.total:
        yield known("disk", says, "make room: runbooks.md, The disk fills")
    else:
        yield well("disk", says)


def images_found(deployed: Deployed) -> Iterator[Finding]:
    """The images that would be started, and their digests."""
    version, registry = deployed.version, deployed.settings.get("CAREFLOW_REGISTRY", "")
    if not engine.there():
        return
    names = {f"{registry}careflow-{spec.name}:{version}": spec.name for spec in SERVICES}
    found = engine.images(list(names))
    if missing := [names[name] for name in names if name not in found]:
        do = "docker-compose pull" if registry else "docker-compose build"
        yield wrong("images", f"there is no image of {', '.join(missing)} in version {version}", do)
    for name, image in found.items():
        labelled = (image["Config"].get("Labels") or {}).get(VERSION_LABEL)
        if labelled != version:
            yield wrong("images", f"{name} holds version {labelled}", "docker-compose build")
    digests = [f"{names[name]} {image['Id'].removeprefix('sha256:')[:12]}" for name, image in found.items()]
    if digests:
        yield well("images", f"version {version}: {', '.join(digests)}")


def processes_found(deployed: Deployed) -> Iterator[Finding]:
    """Whether what was started works, and is of the version the settings name."""
    there = _containers(deployed)
    if not there and engine.there():
        yield known("processes", "nothing was started", "docker-compose up -d")
    if not there:
        return
    faults = [*_missing(deployed, there), *_ill(there)]
    yield from of("processes", faults, f"{len(there)} containers are as they should be")
    wanted = deployed.version
    labels = {_name(each): each["Config"].get("Labels") or {} for each in there}
    used = {_name(each): labels[_name(each)].get(VERSION_LABEL) for each in there if _is_ours(each)}
    used |= {name: said[FILES_LABEL] for name, said in labels.items() if FILES_LABEL in said}
    if old := sorted(name for name, version in used.items() if version != wanted):
        yield wrong(
            "versions", f"{', '.join(old)} are not of version {wanted}", "docker-compose up -d ends the upgrade"
        )


def _missing(deployed: Deployed, there: list[dict[str, Any]]) -> Iterator[Finding]:
    said = [each for tree in deployed.files() for each in tree["services"].items()]
    meant = {name for name, each in said if each.get("restart") == LASTING}
    meant -= {name for name, each in said if each.get("scale") == 0}
    if absent := sorted(meant - {_name(each) for each in there}):
        yield wrong("processes", f"there is no {', '.join(absent)}", "docker-compose up -d")


def _ill(there: list[dict[str, Any]]) -> Iterator[Finding]:
    for each in there:
        name, state = _name(each), each["State"]
        if each["HostConfig"]["RestartPolicy"]["Name"] != LASTING:
            if state["Status"] == "exited" and state["ExitCode"]:
                yield wrong(
                    "processes", f"the job {name} ended with {state['ExitCode']}", f"docker-compose logs {name}"
                )
        elif state["Status"] != "running":
            yield wrong("processes", f"{name} is {state['Status']}", f"docker-compose logs --tail 50 {name}")
        elif state.get("Health", {}).get("Status", "healthy") == "unhealthy":
            yield wrong("processes", f"{name} is unhealthy", f"docker-compose logs --tail 50 {name}")
        if state.get("OOMKilled"):
            yield wrong("processes", f"{name} had too little memory", "give it more, or look what it does with it")


def exposed_found(deployed: Deployed) -> Iterator[Finding]:
    """Which ports of this host lead to a container."""
    published = sorted(
        {
            (_name(each), binding["HostIp"], binding["HostPort"])
            for each in _containers(deployed)
            for bindings in (each["NetworkSettings"]["Ports"] or {}).values()
            for binding in bindings or ()
        }
    )
    for name, address, port in published:
        if name != "edge" and address not in LOOPBACK:
            yield wrong(
                "exposed", f"{name} is reached at {address}:{port}", "only the edge is for others: take it back"
            )
    if published:
        yield well("exposed", ", ".join(f"{name} at {address}:{port}" for name, address, port in published))


def _containers(deployed: Deployed) -> list[dict[str, Any]]:
    return engine.containers(deployed.project) if engine.there() else []


def _is_ours(container: dict[str, Any]) -> bool:
    """Others label their images too."""
    return str(container["Config"]["Image"]).rpartition("/")[2].startswith("careflow-")


def _name(container: dict[str, Any]) -> str:
    return str(container["Config"]["Labels"][engine.OF_SERVICE])
