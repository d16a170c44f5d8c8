"""What the demo shows at its end: the timeline, the care path, the books and where the papers are.

Owns nothing but words and tables: all of it was read from the services and the topics before.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from careflow_clinic.subscriber import SeenEvent


def timeline(console: Console, events: Sequence[SeenEvent]) -> None:
    """Every event about the patient, in order of the clinic's time."""
    table = _table("Timeline: every event about this patient, by the clinic's time", "when (UTC)", "event", "stream")
    for event in events:
        when = event.time.strftime("%Y-%m-%d %H:%M")
        table.add_row(when, event.name, f"{event.topic.removeprefix('careflow.')} #{event.sequence}")
    console.print(table)


def care_path(console: Console, path: Mapping[str, Any]) -> None:
    """Where the patient stands, what may be booked, and what is due next."""
    table = _table(f"Care path: stage {path['stage']}", "visit", "may be booked")
    table.add_column("why not")
    for each in path["bookable"]:
        reasons = "; ".join(gate["reason"] for gate in each["closed_gates"])
        table.add_row(each["kind"], "yes" if each["allowed"] else "no", reasons)
    console.print(table)
    if path["due"]:
        console.print("Due next: " + ", ".join(_due(item) for item in path["due"]))


def books(console: Console, entries: Sequence[Mapping[str, Any]], balance: Mapping[str, Any]) -> None:
    """The patient's journal entries, and the totals of every account."""
    journal = _table("Ledger: this patient's entries", "posted on", "cause")
    journal.add_column("debit")
    journal.add_column("credit")
    for entry in entries:
        sides = [_side(entry, side) for side in ("debit", "credit")]
        journal.add_row(str(entry["posted_on"]), str(entry["cause"]), *sides)
    console.print(journal)
    totals = _table("Trial balance of the books", "account")
    for side in ("debit", "credit"):
        totals.add_column(side, justify="right")
    for account in balance["accounts"]:
        totals.add_row(str(account["account"]), _money(account["debit"]), _money(account["credit"]))
    totals.add_section()
    totals.add_row(
        "balances" if balance["balances"] else "DOES NOT BALANCE", *map(_money, (balance["debit"], balance["credit"]))
    )
    console.print(totals)


def papers(console: Console, documents: Mapping[str, bytes], folder: Path) -> None:
    """Written where one can open them; those of the demo before are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in documents.items():
        (folder / name).write_bytes(content)
        console.print(f"Written: {folder / name}", soft_wrap=True)


def messages(console: Console, written: Path, folder: Path) -> None:
    """What was written to the patient, kept where one can open it; that of the demo before is replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    if written.is_dir():
        shutil.copytree(written, folder)
        console.print(f"Written to the patient: {len(list(folder.iterdir()))} messages in {folder}", soft_wrap=True)


def _side(entry: Mapping[str, Any], side: str) -> str:
    lines = [line for line in entry["lines"] if line[side]["minor"]]
    return "\n".join(f"{line['account']} {_money(line[side])}" for line in lines)


def _money(amount: Mapping[str, Any]) -> str:
    return f"{amount['minor'] / 100:,.2f}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def _due(item: Mapping[str, Any]) -> str:
    what = str(item["code"]).replace("_", " ")
    return f"{what} by {item['by'][:10]}" if item["by"] else what
