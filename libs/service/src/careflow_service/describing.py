"""What services answer over HTTP, as OpenAPI documents in a folder: `python -m careflow_service.describing FOLDER
SERVICE…`.

Each document is the one the service serves at `/openapi.json`; `--check` writes nothing and names what differs.
Describing a service opens no connection and needs no settings.
"""

import argparse
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson

from careflow_service.http.app import routed
from careflow_service.mongo.client import open_client
from careflow_service.service import Resources, Service


def openapi(service: Service[Any, Any, Any]) -> dict[str, Any]:
    """The OpenAPI document of a service that does not run."""
    http, _ = routed(service, service.http(), None, _of_nothing())
    return http.openapi()


def _of_nothing() -> Resources[Any]:
    """What routes are made with, when nobody calls them: a client that does not connect before it is used."""
    nothing = dict.fromkeys(Resources.__slots__)
    database = open_client("mongodb://nowhere.invalid", name="describing")["described"]
    return cast("Resources[Any]", SimpleNamespace(**{**nothing, "database": database}))


def main(arguments: list[str] | None = None) -> int:
    """The command line. Exit code 1 when a document differs."""
    parser = argparse.ArgumentParser(prog="python -m careflow_service.describing", description="OpenAPI of services.")
    parser.add_argument("folder", type=Path, help="where each service has a folder")
    parser.add_argument("services", nargs="+", metavar="service")
    parser.add_argument("--check", action="store_true", help="check, write nothing")
    chosen = parser.parse_args(arguments)
    differing = 0
    for name in chosen.services:
        service: Service[Any, Any, Any] = import_module(f"{name}.bootstrap").SERVICE
        path: Path = chosen.folder / name / "openapi.json"
        content = orjson.dumps(openapi(service), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        if path.exists() and path.read_bytes() == content:
            continue
        if chosen.check:
            sys.stderr.write(f"{path}: differs from the service's routes; `make generated` writes it\n")
            differing += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
