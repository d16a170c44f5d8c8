"""`python -m <service> api | worker [--with-timers] | timers | indexes | backup | restore | keys`: one
command line for every service.

Invariant: a process that cannot start says why in one line on stderr and exits with `EXIT_CANNOT_START`; one that was
told to stop exits with 0, one that lost a task, or could not do what it was started for, with `EXIT_TASK_DIED`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import Final, NoReturn, TypeVar

import uvloop

from careflow_service.garbage import look_from_here_on
from careflow_service.processes.keys import add_arguments
from careflow_service.processes.opening import NotDone, Opened, StartUpFailure, opened
from careflow_service.processes.running import stop_on_signals
from careflow_service.service import Service
from careflow_service.settings import ServiceSettings, SettingsError, load
from careflow_service.telemetry.logs import configure_logging, log
from careflow_service.telemetry.tracing import ExporterMissing, configure_tracing

S = TypeVar("S", bound=ServiceSettings)
P = TypeVar("P")
App = TypeVar("App")

EXIT_TASK_DIED: Final = 1
EXIT_CANNOT_START: Final = 3
STAYING: Final = frozenset({"api", "worker", "timers"})
"""These put themselves together further once they have started; the others work through something and end."""


def main(service: Service[S, P, App], arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the process the command line names, and exit."""
    asked = _parser(service.name).parse_args(arguments)
    try:
        settings = load(service.settings)
        configure_logging(service=service.name, process=asked.process, level=settings.log_level)
        send_last_spans = configure_tracing(service=service.name, endpoint=settings.otlp_endpoint)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            ended_well = runner.run(_run(service, settings, asked))
        send_last_spans()
    except (SettingsError, ExporterMissing, StartUpFailure) as failure:
        sys.stderr.write(f"{service.name} {asked.process} cannot start: {failure}\n")
        sys.exit(EXIT_CANNOT_START)
    except NotDone as failure:
        sys.stderr.write(f"{service.name} {asked.process}: {failure}\n")
        sys.exit(EXIT_TASK_DIED)
    except Exception as error:
        # What an unforeseen exception says may quote anything, so only its class and place are told.
        log.critical("process_failed", exc_info=error)
        sys.exit(EXIT_TASK_DIED)
    sys.exit(0 if ended_well else EXIT_TASK_DIED)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=f"Runs a process of the {name} service.")
    processes = parser.add_subparsers(dest="process", required=True, metavar="process")
    processes.add_parser("api", help="HTTP, without Kafka")
    worker = processes.add_parser("worker", help="consumers and the outbox relay")
    worker.add_argument("--with-timers", action="store_true", help="also what `timers` does, for a small installation")
    processes.add_parser("timers", help="deadlines and effects, without Kafka")
    processes.add_parser("indexes", help="make indexes and seeds, then exit")
    processes.add_parser("backup", help="write the store, as it is at one moment, to standard output, then exit")
    restore = processes.add_parser("restore", help="read a backup from standard input and say what it holds, then exit")
    restore.add_argument("--execute", action="store_true", help="put it back: the store holds nothing else then")
    add_arguments(processes.add_parser("keys", help="list the keys, let a new one take over, retire an old one"))
    return parser


async def _run(service: Service[S, P, App], settings: S, asked: argparse.Namespace) -> bool:
    stop = asyncio.Event()
    stop_on_signals(stop)
    if asked.process == "worker":
        settings.require("kafka_url")
    async with opened(service, settings, process=asked.process) as process:
        log.info("started", environment=settings.environment)
        if asked.process not in STAYING:
            look_from_here_on()
        ended_well = await _process(process, asked, stop)
        log.info("stopped")
        return ended_well


async def _process(process: Opened[S, P, App], asked: argparse.Namespace, stop: asyncio.Event) -> bool:
    # Each process imports its own half: `api` and `timers` come without a Kafka client, `indexes` without HTTP.
    match asked.process:
        case "api":
            from careflow_service.processes.api import run_api

            return await run_api(process, stop)
        case "worker":
            try:
                from careflow_service.processes.worker import run_worker
            except ModuleNotFoundError as error:
                raise StartUpFailure(
                    f"{error.name} is not installed: install careflow-{process.service.name}[worker]"
                ) from None

            return await run_worker(process, stop, with_timers=asked.with_timers)
        case "timers":
            from careflow_service.processes.timers import run_timers

            return await run_timers(process, stop)
        case "backup":
            from careflow_service.processes.backup import run_backup

            return await run_backup(process, stop)
        case "keys":
            from careflow_service.processes.keys import run_keys

            return await run_keys(process, stop, asked)
        case "restore":
            from careflow_service.processes.backup import run_restore

            return await run_restore(process, stop, execute=asked.execute)
        case _:
            from careflow_service.processes.indexes import make_indexes

            await make_indexes(process)
            return True
