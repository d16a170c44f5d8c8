"""`keys`: lists the keys of a service, lets a new one take over, retires one that nothing needs. It ends by itself; a
rotation that was cut short is gone on with by the next one.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from careflow_events.sealing import Sealer, consumer_of
from careflow_service.mongo.data_key_rotation import DataKeyRotation
from careflow_service.mongo.further_keys import FurtherKeysBroken
from careflow_service.mongo.generation import KIND as DATA
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.mongo.key_needs import Listed
from careflow_service.mongo.key_rotation import READ_WITHIN_SECONDS, KeyRotation
from careflow_service.mongo.key_turning import BY, KEYS_LEASE, LOOK_AGAIN_SECONDS, Rotation, Step, Turning
from careflow_service.one_shot import NotNow, Stopped
from careflow_service.processes.opening import NotDone, Opened
from careflow_service.processes.sealing_keys import OPENS
from careflow_service.settings import ServiceSettings
from careflow_service.telemetry.logs import log

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")

SEALING: Final = "sealing"
KINDS: Final = tuple(kind.value for kind in KeyKind)


def add_arguments(keys: argparse.ArgumentParser) -> None:
    """What can be asked of `keys`."""
    acts = keys.add_subparsers(dest="act", required=True, metavar="act")
    acts.add_parser("list", help="every key by its id, what it is for, and what still needs an older one")
    rotate = acts.add_parser("rotate", help="say what letting the new key of a kind take over would do")
    rotate.add_argument("kind", type=_kind, choices=(*KINDS, DATA, SEALING))
    rotate.add_argument("--execute", action="store_true", help="do it")
    retire = acts.add_parser("retire", help="say whether an older key is needed by nothing any more")
    retire.add_argument("kind", type=_kind, choices=(*KINDS, DATA))
    retire.add_argument("key", help="its id")
    retire.add_argument("--execute", action="store_true", help="retire it, for good")


async def run_keys(process: Opened[S, P, App], stop: asyncio.Event, asked: argparse.Namespace) -> bool:
    """Do what is asked and write what became of it; answers whether it came to its end. Raises NotDone."""
    resources = process.resources
    turning = Turning(
        watch=resources.keys,
        audit=resources.audit,
        fence=resources.fence,
        lease=process.lease(KEYS_LEASE),
        stopping=stop.is_set,
        say=_say,
    )
    rotation = KeyRotation(resources.database, resources.vault, turning)
    data_keys = DataKeyRotation(resources.database, resources.vault, turning)
    try:
        found = await _asked(rotation, data_keys, process, asked, stop)
    except (NotNow, FurtherKeysBroken) as why:
        raise NotDone(str(why)) from None
    except Stopped:
        return False
    sys.stdout.write(json.dumps({"service": process.service.name, **found}) + "\n")
    return True


async def _asked(
    rotation: KeyRotation,
    data_keys: DataKeyRotation,
    process: Opened[S, P, App],
    asked: argparse.Namespace,
    stop: asyncio.Event,
) -> Mapping[str, Any]:
    match asked.act:
        case "rotate" if asked.kind == SEALING:
            turn = await _sealing_turn_within(process, READ_WITHIN_SECONDS, stop)
            if asked.execute:
                await process.resources.audit.acted(BY, "rotate_sealing_key")
            return turn
        case "rotate" if asked.kind == DATA:
            return _told(await (data_keys.rotate() if asked.execute else data_keys.plan()))
        case "rotate":
            kind = KeyKind(asked.kind)
            return _told(await (rotation.rotate(kind) if asked.execute else rotation.plan(kind)))
        case "retire" if asked.kind == DATA:
            destroying = data_keys.retire if asked.execute else data_keys.plan_retiring
            return {"kind": DATA, "key": asked.key, "already": not await destroying(asked.key)}
        case "retire":
            kind = KeyKind(asked.kind)
            doing = rotation.retire if asked.execute else rotation.plan_retiring
            return {"kind": kind.value, "key": asked.key, "already": not await doing(kind, asked.key)}
        case _:
            return {
                "keys": [
                    {
                        "kind": each.kind,
                        "key": each.key,
                        "state": each.state,
                        "held": each.held,
                        "since": _written(each.since),
                        "needed_by": list(each.needed_by),
                    }
                    for each in [*await rotation.listed(), *await data_keys.listed(), *await _sealing_listed(process)]
                ],
                "processes": [
                    {"name": each.name, "holds": sorted(each.holds), "writes_with": dict(each.writes_with)}
                    for each in await process.resources.keys.holders()
                ],
            }


def _told(done: Rotation) -> Mapping[str, Any]:
    return {
        "kind": done.kind,
        "before": done.before,
        "to": done.to,
        "data_keys": done.to_wrap,
        "documents": done.to_hash + done.to_encrypt,
    }


async def _sealing_turn_within(process: Opened[S, P, App], seconds: float, stop: asyncio.Event) -> Mapping[str, Any]:
    """`_sealing_turn`; workers have that long to read what was just made. Raises NotNow or Stopped."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + seconds
    while True:
        try:
            return await _sealing_turn(process)
        except NotNow:
            if loop.time() > give_up_at:
                raise
        if stop.is_set():
            raise Stopped
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _sealing_turn(process: Opened[S, P, App]) -> Mapping[str, Any]:
    """Which sealing key of this consumer may take over: the newest that each of its workers holds. The file of public
    keys, which everybody seals by, is changed by whoever keeps it. Raises NotNow.
    """
    before, workers = _sealed_to(process), await _workers_open(process)
    if not workers:
        raise NotNow("no worker is alive that says which sealing keys it opens")
    newest = max(set.union(*workers), key=_number)
    if lacking := sum(newest not in kids for kids in workers):
        raise NotNow(f"{lacking} of {len(workers)} workers do not hold {newest} yet: wait, or start them anew")
    if before == [newest]:
        raise NotNow(f"{newest} is the current sealing key, and no new one is held: make one first")
    return {"kind": SEALING, "before": ", ".join(before), "to": newest, "data_keys": 0, "documents": 0}


async def _sealing_listed(process: Opened[S, P, App]) -> list[Listed]:
    current, workers = _sealed_to(process), await _workers_open(process)
    known = sorted({*current, *set().union(*workers)}, key=_number)
    newest = max(map(_number, current), default=0)

    def listed(kid: str) -> Listed:
        state = "current" if kid in current else "new" if _number(kid) > newest else "older"
        needed_by = ["what was sealed to it lies in the outboxes, and may be fed again"] if state == "older" else []
        return Listed(SEALING, kid, state, held=any(kid in kids for kids in workers), since=None, needed_by=needed_by)

    return [listed(kid) for kid in known]


def _sealed_to(process: Opened[S, P, App]) -> list[str]:
    """The keys everybody seals to what is for this consumer."""
    file = process.resources.settings.sealing_public_file
    public = [] if file is None else Sealer.from_file(file).kids()
    return [kid for kid in public if consumer_of(kid) == process.service.name]


async def _workers_open(process: Opened[S, P, App]) -> list[set[str]]:
    """The keys that each worker that is alive opens with."""
    holders = await process.resources.keys.holders()
    opened = [{key.removeprefix(OPENS) for key in each.holds if key.startswith(OPENS)} for each in holders]
    return [kids for kids in opened if kids]


def _number(kid: str) -> int:
    """Of `sessions-2`: 2."""
    number = kid.rpartition("-")[2]
    return int(number) if number.isascii() and number.isdecimal() else 0


def _kind(written: str) -> str:
    return written.replace("-", "_")


def _say(step: Step) -> None:
    if step.waiting_for:
        log.info("keys_awaited", count=step.waiting_for)
    elif step.hashed:
        log.info("documents_hashed", count=step.hashed, records=step.of)
    elif step.encrypted:
        log.info("documents_encrypted", count=step.encrypted, records=step.of)
    else:
        log.info("keys_wrapped", count=step.wrapped, records=step.of)


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
