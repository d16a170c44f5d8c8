"""`python -m careflow_cli.edge FOLDER PORT SERVICE…`: the edge of the stack in that folder, until stopped."""

import asyncio
import logging
import sys
from contextlib import aclosing
from pathlib import Path

import uvicorn

from careflow_cli.edge.relay import Relay
from careflow_cli.processes.ports import HOST
from careflow_cli.processes.table import ProcessTable

GRACE = 2  # seconds for answers under way, live views among them


async def main(folder: Path, port: int, services: list[str]) -> None:
    """Serve until told to stop."""
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    table = ProcessTable(folder)
    relay = Relay(services, lambda service: next(iter(table.last_ports(f"{service}-api")), None))
    config = uvicorn.Config(
        relay,
        host=HOST,
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )
    async with aclosing(relay):
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
