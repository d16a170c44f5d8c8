"""`serve`, and what an administrator of the provider does from a terminal."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence

from careflow_identity.configuration import MACHINE_ROLES, ROLES, Place, Unset


def main(argv: Sequence[str]) -> int:
    """Exit code 0; 1 with one line for what is refused, 3 for a provider that cannot start."""
    asked = _parser().parse_args(argv)
    try:
        place = Place.of(os.environ)
    except Unset as error:
        print(f"identity cannot start: {error}", file=sys.stderr)
        return 3
    if asked.command == "serve":
        _serve(place, asked.bind)
        return 0
    if asked.command == "rotated-keys":
        print(_rotated(place))
        return 0
    return _enter(place, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="identity", description="The identity provider of a clinic.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the provider")
    serve.add_argument("--bind", default="0.0.0.0:8000")
    for name, text in (("administrator", "enter the first administrator"), ("person", "enter somebody with roles")):
        command = commands.add_parser(name, help=f"{text}; prints a one-time link")
        command.add_argument("name", help="the id CareFlow knows them by; for a patient, the patient's id")
        command.add_argument("--email", required=True)
        if name == "person":
            command.add_argument("--role", action="append", required=True, choices=ROLES)
    link = commands.add_parser("link", help="a new one-time link for somebody without a password")
    link.add_argument("name")
    lock = commands.add_parser("lock", help="lock somebody out")
    lock.add_argument("name")
    machine = commands.add_parser("machine", help="enter a program that speaks for itself; prints its secret")
    machine.add_argument("name")
    machine.add_argument("--role", action="append", required=True, choices=MACHINE_ROLES)
    application = commands.add_parser("application", help="enter a program people log in with; prints its secret")
    application.add_argument("name")
    application.add_argument("--redirect-uri", action="append", required=True)
    application.add_argument("--public", action="store_true", help="without a secret, as for CareFlow's own pages")
    commands.add_parser("rotated-keys", help="the signing keys with a new one before them")
    return parser


def _serve(place: Place, bind: str) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from careflow_identity.provider import application

    config = Config()
    config.bind = [bind]
    config.errorlog = "-"
    asyncio.run(serve(application(place), config))


def _enter(place: Place, asked: argparse.Namespace) -> int:
    if not place.database.exists():
        print("identity: nothing can be entered yet; `serve` makes the database first", file=sys.stderr)
        return 1
    from careflow_identity import entries
    from careflow_identity.provider import opened

    with opened(place) as app, app.test_request_context(base_url=f"{place.scheme}://{place.host}"):
        try:
            match asked.command:
                case "administrator":
                    said = entries.first_administrator(asked.name, asked.email)
                case "person":
                    said = entries.person(asked.name, asked.email, asked.role)
                case "link":
                    said = entries.one_time_link(asked.name)
                case "machine":
                    said = entries.machine(asked.name, asked.role)
                case "application":
                    said = entries.web_application(place, asked.name, asked.redirect_uri, public=asked.public)
                case _:
                    entries.lock(asked.name)
                    said = f"{asked.name} is locked out"
        except entries.Refused as error:
            print(f"identity: {error}", file=sys.stderr)
            return 1
    print(said)
    return 0


def _rotated(place: Place) -> str:
    """Those that are there go on verifying what they signed; take the last ones out when no token of theirs is left."""
    from joserfc.jwk import RSAKey

    fresh = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
    return json.dumps({"keys": [fresh, *place.keys]})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
