"""`careflow webhooks`: whom a service pushes events to, and that it pushes none any more."""

from typing import Annotated

import typer

from careflow_cli.commands.asking import AsJson, Execute, Service, TokenFile, Urls, access, ask, service_named
from careflow_cli.errors import CareflowError
from careflow_cli.operators.access import Access
from careflow_cli.operators.client import Answer, Operator
from careflow_cli.operators.shown import Act, as_json, columns, counted, plain

app = typer.Typer(no_args_is_help=True, help="Whom a service pushes events to: list, disable, enable.")

Account = Annotated[str | None, typer.Option(help="Only those of this account, the subject of its token.")]
Webhook = Annotated[str | None, typer.Option("--id", help="Only this one.")]


@app.command("list")
def list_(
    service: Service, account: Account = None, urls: Urls = None, token_file: TokenFile = None, json: AsJson = False
) -> None:
    """List the webhooks of a service: whose each is, how it stands, and until when its account has to come again."""
    name = service_named(service)
    found = _found(access(urls, token_file), name, account, None)
    if json:
        as_json({"service": name, "webhooks": found})
        return
    rows = [
        [each["account"], each["id"], each["state"], each["why"], each["confirm_by"], each["description"]]
        for each in found
    ]
    typer.echo(columns(("account", "webhook", "state", "why", "confirm by", "description"), rows))


@app.command()
def disable(
    service: Service,
    account: Account = None,
    webhook: Webhook = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Push nothing to one webhook, or to all of an account whose rights have ended, until `enable`."""
    _each("disable", service, account, webhook, access(urls, token_file), execute=execute, json=json)


@app.command()
def enable(
    service: Service,
    account: Account = None,
    webhook: Webhook = None,
    execute: Execute = False,
    urls: Urls = None,
    token_file: TokenFile = None,
    json: AsJson = False,
) -> None:
    """Let one, or all of an account, go on where it stands, whatever it was disabled for."""
    _each("enable", service, account, webhook, access(urls, token_file), execute=execute, json=json)


def _each(
    verb: str, service: str, account: str | None, webhook: str | None, to: Access, *, execute: bool, json: bool
) -> None:
    name = service_named(service)
    if (account is None) == (webhook is None):
        raise CareflowError("say which: either --account or --id")
    found = _found(to, name, account, webhook)
    if not found:
        raise CareflowError(f"{name} has no webhook of {plain(account)}" if account else f"{name} has no such webhook")
    act = Act(name, execute, json)
    act.plan(f"{name}, to {verb}: {counted(len(found), 'webhook')} of {plain(found[0]['account'])}", found)
    if not execute:
        return

    async def all_of_them(operator: Operator) -> list[Answer]:
        return [await operator.post(name, f"webhooks/{each['id']}/{verb}", {}) for each in found]

    done = ask(to, f"asking {name}", lambda operator, _: all_of_them(operator))
    act.done(f"{verb}d: {counted(len(done), 'webhook')}", found, done)


def _found(to: Access, service: str, account: str | None, webhook: str | None) -> list[Answer]:
    narrowed = {} if account is None else {"account": account}

    async def look(operator: Operator) -> list[Answer]:
        items = operator.items(service, "webhooks", **narrowed)
        return [each async for each in items if webhook is None or each["id"] == webhook]

    return ask(to, f"asking {service}", lambda operator, _: look(operator))
