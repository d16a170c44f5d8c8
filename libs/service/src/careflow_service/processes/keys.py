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

from careflow_service.mongo.further_keys import FurtherKeysBroken
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.mongo.key_rotation import KEYS_LEASE, KeyRotation, NotNow, Step, Stopped
from careflow_service.processes.opening import NotDone, Opened
from careflow_service.settings import ServiceSettings
from careflow_service.telemetry.logs import log

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")

KINDS: Final = tuple(kind.value for kind in KeyKind)


def add_arguments(keys: argparse.ArgumentParser) -> None:
    """What can be asked of `keys`."""
    acts = keys.add_subparsers(dest="act", required=True, metavar="act")
    acts.add_parser("list", help="every key by its id, what it is for, and what still needs an older one")
    rotate = acts.add_parser("rotate", help="say what letting the new key of a kind take over would do")
    rotate.add_argument("kind", choices=KINDS)
    rotate.add_argument("--execute", action="store_true", help="do it")
    retire = acts.add_parser("retire", help="say whether an older key is needed by nothing any more")
    retire.add_argument("kind", choices=KINDS)
    retire.add_argument("key", help="its id")
    retire.add_argument("--execute", action="store_true", help="retire it, for good")


async def run_keys(process: Opened[S, P, App], stop: asyncio.Event, asked: argparse.Namespace) -> bool:
    """Do what is asked and write what became of it; answers whether it came to its end. Raises NotDone."""
    resources = process.resources
    rotation = KeyRotation(
        database=resources.database,
        watch=resources.keys,
        vault=resources.vault,
        audit=resources.audit,
        fence=resources.fence,
        lease=process.lease(KEYS_LEASE),
        stopping=stop.is_set,
        say=_say,
    )
    try:
        found = await _asked(rotation, process, asked)
    except (NotNow, FurtherKeysBroken) as why:
        raise NotDone(str(why)) from None
    except Stopped:
        return False
    sys.stdout.write(json.dumps({"service": process.service.name, **found}) + "\n")
    return True


async def _asked(rotation: KeyRotation, process: Opened[S, P, App], asked: argparse.Namespace) -> Mapping[str, Any]:
    match asked.act:
        case "rotate":
            kind = KeyKind(asked.kind)
            done = await (rotation.rotate(kind) if asked.execute else rotation.plan(kind))
            return {"kind": kind.value, "before": done.before, "to": done.to, "data_keys": done.to_wrap}
        case "retire":
            kind = KeyKind(asked.kind)
            doing = rotation.retire if asked.execute else rotation.plan_retiring
            return {"kind": kind.value, "key": asked.key, "already": not await doing(kind, asked.key)}
        case _:
            return {
                "keys": [
                    {
                        "kind": each.kind.value,
                        "key": each.key,
                        "state": each.state,
                        "held": each.held,
                        "since": _written(each.since),
                        "needed_by": list(each.needed_by),
                    }
                    for each in await rotation.listed()
                ],
                "processes": [
                    {"name": each.name, "holds": sorted(each.holds), "writes_with": dict(each.writes_with)}
                    for each in await process.resources.keys.holders()
                ],
            }


def _say(step: Step) -> None:
    if step.waiting_for:
        log.info("keys_awaited", count=step.waiting_for)
    else:
        log.info("keys_wrapped", count=step.wrapped, records=step.of)


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
