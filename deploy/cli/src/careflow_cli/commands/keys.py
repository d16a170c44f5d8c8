"""`careflow keys`: one key follows another while the service works."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from careflow_cli.commands.asking import AsJson, Execute, Service, service_named
from careflow_cli.commands.stack import alone, kept
from careflow_cli.errors import CareflowError
from careflow_cli.operators.shown import Act, as_json, columns, counted, plain
from careflow_cli.progress import step
from careflow_cli.stack import one_shot
from careflow_cli.stack.key_files import SIZES, KeyFiles
from careflow_cli.stack.secrets import SEALING_PUBLIC, Secrets, sealing_file
from careflow_cli.stack.services import SERVICES
from careflow_cli.stack.stack import Stack

app = typer.Typer(no_args_is_help=True, help="The keys at rest: list, new, rotate, give up, seal.")

READABLE = 0o444  # of a deployment's secrets, as `careflow init` makes them
DATA, SEALING = "data", "sealing"
ROTATING = (*SIZES, DATA, SEALING)

Kind = Annotated[str, typer.Argument(help="master, blind-index, audit, data or sealing.")]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Its id, as `keys list` tells it.")]
Folder = Annotated[
    Path | None, typer.Option("--secrets", help="The secrets of a deployment. Without: the local stack.")
]
Asked = tuple[str, ...]


@app.command("list")
def list_(
    service: Annotated[str | None, typer.Argument(help="booking, screening, sessions or billing; all.")] = None,
    json: AsJson = False,
) -> None:
    """List every key of the local stack's services by its id: which one counts, and what still needs an older one."""
    names = [service_named(service)] if service else [spec.name for spec in SERVICES]
    stack = kept()
    with step("asking for the keys") as running:
        found = [_asked(stack, name, ("list",), running.say) for name in names]
    if json:
        as_json(found)
        return
    rows = [
        [each["service"], key["kind"], key["key"], key["state"], key["since"], "; ".join(key["needed_by"]) or None]
        for each in found
        for key in each["keys"]
    ]
    typer.echo(columns(("service", "kind", "key", "state", "since", "needed by"), rows))


@app.command()
def new(service: Service, kind: Kind, secrets: Folder = None, execute: Execute = False, json: AsJson = False) -> None:
    """Make a new key beside the others. Nothing is written with it before `keys rotate`."""
    name, kind = service_named(service), _in_files(_rotating(kind), f"keys rotate {plain(service)} data")
    files = _files(name, secrets)
    if kind == SEALING:
        before, file = [str(key["kid"]) for key in files.secrets.sealing_keys(name)], sealing_file(name)
    else:
        before, file = files.held(kind), files.further_name
    act, plan = Act(name, execute, json), {"kind": kind, "file": file, "beside": before}
    act.plan(f"{name}: a new {kind} key in {file}, beside {', '.join(before)}", plan)
    if not execute:
        return
    with alone():
        made = files.secrets.add_sealing_key(name) if kind == SEALING else files.add(kind)
    act.done(
        f"{made} is made. Keep a copy of {files.secrets.folder}. Next, once every process holds it: "
        f"keys rotate {name} {kind}",
        plan,
        {"key": made},
    )


@app.command()
def rotate(service: Service, kind: Kind, execute: Execute = False, json: AsJson = False) -> None:
    """Let the new key of a kind take over, in a service of the local stack that works on. What was cut short goes on
    with the next run.
    """
    name, kind, stack = service_named(service), _rotating(kind), kept()
    with step(f"asking {name}") as running:
        plan = _asked(stack, name, ("rotate", kind), running.say)
    act = Act(name, execute, json)
    act.plan(_planned(plan), plan)
    if not execute:
        return
    with alone():  # nobody takes the key out of the files before it counts
        with step(f"rotating the {kind} key of {name}") as running:
            done = _asked(stack, name, ("rotate", kind, "--execute"), running.say)
        counts = done["to"] or done["before"]
        if kind == SEALING:
            stack.secrets.seal_to(name, counts)
    act.done(f"{_called(kind, counts)} of {name} is current. What needs an older one: keys list {name}", plan, done)


@app.command("seal-to")
def seal_to(
    service: Service, key: KeyId, secrets: Folder = None, execute: Execute = False, json: AsJson = False
) -> None:
    """Have everybody seal to this key what is for a service: the last step of rotating a deployment's sealing key. For
    the local stack `keys rotate SERVICE sealing` does it.
    """
    name = service_named(service)
    files = _files(name, secrets)
    if key not in [each["kid"] for each in files.secrets.sealing_keys(name)]:
        raise CareflowError(f"{name} is given no sealing key {plain(key)}")
    act, plan = Act(name, execute, json), {"kind": SEALING, "to": key}
    act.plan(f"{name}: everybody seals to {key}, once they hold {SEALING_PUBLIC} as it is then", plan)
    if not execute:
        return
    with alone():
        files.secrets.seal_to(name, key)
    act.done(f"{key} is the one everybody seals to", plan, plan)


@app.command()
def retire(service: Service, kind: Kind, key: KeyId, execute: Execute = False, json: AsJson = False) -> None:
    """Give up an older key of the local stack's service for good; refused while anything needs it."""
    name, kind, stack = service_named(service), _given_up(kind), kept()
    with step(f"asking {name}") as running:
        plan = _asked(stack, name, ("retire", kind, key), running.say)
    act = Act(name, execute, json)
    what = _called(kind, key)
    act.plan(f"{name}: {what} {'is retired already' if plan['already'] else 'is needed by nothing'}", plan)
    if not execute:
        return
    with step(f"retiring {what}") as running:
        done = _asked(stack, name, ("retire", kind, key, "--execute"), running.say)
    in_files = "" if kind == DATA else f". To take it out of the files: keys remove {name} {kind} {key}"
    act.done(f"{what} is retired{in_files}", plan, done)


@app.command()
def remove(
    service: Service, kind: Kind, key: KeyId, secrets: Folder = None, execute: Execute = False, json: AsJson = False
) -> None:
    """Take a retired key, or one that never counted, out of what processes are given. It is kept in a file beside, for
    backups that were sealed with it.
    """
    name, kind = service_named(service), _in_files(_given_up(kind), f"keys retire {plain(service)} data")
    files = _files(name, secrets)
    if key not in files.held(kind):
        raise CareflowError(f"{name} is given no {kind} key {key}")
    act, plan = Act(name, execute, json), {"kind": kind, "key": key, "to": files.away_name}
    with alone():
        if secrets is None:
            _refuse_what_counts(name, kind, key)
        act.plan(f"{name}: {kind} key {key} into {files.away_name}, which no process is given", plan)
        if not execute:
            return
        files.put_away(kind, key)
    act.done(f"{key} is in {files.away_name}: keep it with backups taken while it counted", plan, plan)


@app.command("put-back")
def put_back(
    service: Service, kind: Kind, key: KeyId, secrets: Folder = None, execute: Execute = False, json: AsJson = False
) -> None:
    """Give processes a key again that was removed: for a backup of its time, or because something needs it after all.
    It opens what it wrote, and nothing is written with it.
    """
    name, kind = service_named(service), _in_files(_given_up(kind), "a backup of its time")
    files = _files(name, secrets)
    if key not in files.away(kind):
        raise CareflowError(f"{files.away_name} holds no {kind} key {plain(key)}")
    act, plan = Act(name, execute, json), {"kind": kind, "key": key, "to": files.further_name}
    act.plan(f"{name}: {kind} key {key} into {files.further_name} again", plan)
    if not execute:
        return
    with alone():
        files.put_back(kind, key)
    act.done(f"{key} is in {files.further_name}, and stays in {files.away_name} as well", plan, plan)


@app.command()
def seal(
    service: Service,
    secrets: Annotated[Path, typer.Option("--secrets", help="The secrets of a deployment.")],
    execute: Execute = False,
    json: AsJson = False,
) -> None:
    """Have the key service that `kms.json` there names seal every file of a service's keys: nobody else opens them. The
    keys stay what they are, so processes may be started anew one after another.
    """
    _sealed(service_named(service), secrets, execute=execute, json=json, seal=True)


@app.command()
def unseal(
    service: Service,
    secrets: Annotated[Path, typer.Option("--secrets", help="The secrets of a deployment.")],
    execute: Execute = False,
    json: AsJson = False,
) -> None:
    """Write the files of a service's keys as they were before a key service sealed them."""
    _sealed(service_named(service), secrets, execute=execute, json=json, seal=False)


def _sealed(name: str, folder: Path, *, execute: bool, json: bool, seal: bool) -> None:
    files = _files(name, folder)
    names = files.to_seal(seal=seal)
    what = "to be sealed" if seal else "to be opened for good"
    act, plan = Act(name, execute, json), {"seal": seal, "files": names}
    act.plan(f"{name}, {what}: {', '.join(names) or 'nothing'}", plan)
    if not execute:
        return
    with alone(), step(f"asking the key service for {name}"):
        done = files.seal(seal=seal)
    next_step = ". Next: its processes anew, one after another" if done else ""
    act.done(f"{name}: {counted(len(done), 'file')} {'sealed' if seal else 'opened'}{next_step}", plan, plan)


def _refuse_what_counts(service: str, kind: str, key: str) -> None:
    with step(f"asking {service}") as running:
        found = _asked(kept(), service, ("list",), running.say)
    for each in found["keys"]:
        if (each["kind"], each["key"]) != (kind, key):
            continue
        if each["state"] in ("current", "older"):
            raise CareflowError(f"{key} is {each['state']}: it is taken out once it is retired")
        if each["needed_by"]:
            raise CareflowError(f"{key} is still needed: {'; '.join(each['needed_by'])}")


def _asked(stack: Stack, service: str, what: Asked, say: Callable[[str], None]) -> dict[str, Any]:
    def tick(entry: one_shot.Entry) -> None:
        match entry.get("event"):
            case "keys_awaited":
                say(f"waiting for {counted(entry['count'], 'process', 'processes')}")
            case "keys_wrapped":
                say(f"{entry['count']:,} of {counted(entry['records'], 'data key')}")
            case "documents_hashed" | "documents_encrypted":
                say(f"{entry['count']:,} of {counted(entry['records'], 'document')}")

    return one_shot.answer(stack, service, ("keys", *what), tick)


def _planned(plan: dict[str, Any]) -> str:
    takes_over = f"{plain(plan['to'])} takes over from {plan['before']}" if plan["to"] else "it goes on"
    wrapped = f", {counted(plan['data_keys'], 'data key')} to wrap anew" if plan["data_keys"] else ""
    anew = "encrypt" if plan["kind"] == DATA else "hash"
    documents = f", {counted(plan['documents'], 'document')} to {anew} anew" if plan["documents"] else ""
    return f"{plan['service']}, {plan['kind']} key: {takes_over}{wrapped}{documents}"


def _called(kind: str, key: str) -> str:
    return f"generation {key} of the data keys" if kind == DATA else f"{kind} key {key}"


def _files(service: str, folder: Path | None) -> KeyFiles:
    if folder is None:
        return KeyFiles(kept().secrets, service)
    if not folder.is_dir():
        raise CareflowError(f"there is no folder {folder}")
    return KeyFiles(Secrets(folder.resolve(), READABLE), service)


def _rotating(kind: str) -> str:
    """The kind. Raises CareflowError for one there is not."""
    asked = kind.replace("-", "_")
    if asked not in ROTATING:
        raise CareflowError(f"there are no {plain(kind)} keys; there are {', '.join(ROTATING)}")
    return asked


def _in_files(kind: str, instead: str) -> str:
    """The kind. Raises CareflowError for the one whose keys the service makes and keeps by itself."""
    if kind == DATA:
        raise CareflowError(f"data keys stand in no file: the service makes them by itself; look at: {instead}")
    return kind


def _given_up(kind: str) -> str:
    """The kind. Raises CareflowError for one whose keys are kept for good, and says why."""
    asked = _rotating(kind)
    if asked == SEALING:
        raise CareflowError(
            "a sealing key is never given up: what was sealed to it lies in the outboxes of those who said it, and may "
            "be fed again"
        )
    return asked
