"""`backup`: the store, as it is at one moment, to standard output. `restore`: a backup from standard input, read to its
end; with `--execute` into the store, which is fenced then. Both end by themselves; what was cut short is begun again.
"""

import asyncio
import json
import sys
from typing import TypeVar

from careflow_service.backup.copying import check, put_back, take
from careflow_service.backup.file import BackupBroken, BackupReader, BackupWriter
from careflow_service.backup.taken import BackupsTaken
from careflow_service.identity import Actor
from careflow_service.one_shot import NotNow, Stopped
from careflow_service.processes.indexes import indexes_of
from careflow_service.processes.opening import NotDone, Opened
from careflow_service.settings import ServiceSettings
from careflow_service.telemetry.logs import log

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")


async def run_backup(process: Opened[S, P, App], stop: asyncio.Event) -> bool:
    """Write the backup; answers whether it is whole. Raises NotDone."""
    resources, out = process.resources, sys.stdout.buffer
    if out.isatty():
        raise NotDone("a backup is nothing for a terminal: send it to a file")
    taken_at = resources.wall_clock()
    writer = BackupWriter(
        out,
        service=process.service.name,
        taken_at=taken_at,
        master=resources.keys.lines.master,
    )
    await resources.audit.acted(Actor.system("backup"), "take_backup")
    try:
        await take(resources.database.client, resources.database, writer, stopping=stop.is_set)
    except NotNow as why:
        raise NotDone(str(why)) from None
    except Stopped:
        return False
    await BackupsTaken(resources.database).note(taken_at)
    log.info("backup_taken", count=writer.counts.total())
    return True


async def run_restore(process: Opened[S, P, App], stop: asyncio.Event, *, execute: bool) -> bool:
    """Read a backup, put it back if asked to, and write what it holds; answers whether it came to its end. Raises
    NotDone.
    """
    resources = process.resources
    try:
        reader = BackupReader(
            sys.stdin.buffer,
            service=process.service.name,
            master=resources.keys.lines.master,
        )
        if execute:
            now = resources.wall_clock()
            counts = await put_back(
                resources.database,
                reader,
                lines=resources.keys.lines,
                indexes=indexes_of(process.service),
                at=now,
                stopping=stop.is_set,
            )
            await resources.keys.proofs.prove()  # the keys that count are those of the time of the backup
            await resources.audit.acted(Actor.system("restore"), "put_back_backup")
        else:
            counts = await check(reader, lines=resources.keys.lines)
    except (NotNow, BackupBroken) as why:
        raise NotDone(str(why)) from None
    except Stopped:
        return False
    log.info("backup_put_back" if execute else "backup_read", count=sum(counts.values()))
    found = {"service": reader.head.service, "taken_at": reader.head.taken_at.isoformat(), "documents": dict(counts)}
    sys.stdout.write(json.dumps(found) + "\n")
    return True
