"""The ledger as text: the real beancount accepts it and finds the same balances; CSV has every line."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from billing.domain.ledger import JournalEntry, LedgerAccount, TrialBalance
from billing.domain.money import Money, total
from billing.entrypoints.http.ledger_exports import ACCOUNTS, COLUMNS, TEXTS, LedgerFormat, written
from services.billing.tests.money_walks import Walk

SOME_DAYS = 60
BALANCES = """
import json, sys
from beancount import loader
entries, errors, _ = loader.load_file(sys.argv[1])
sums = {}
policies = []
for entry in entries:
    if "policy" in entry.meta:
        policies.append(entry.meta["policy"])
    for posting in getattr(entry, "postings", ()):
        sums[posting.account] = sums.get(posting.account, 0) + posting.units.number
told = {
    "errors": [each.message for each in errors],
    "sums": {name: str(sums[name]) for name in sums if sums[name]},
    "policies": policies,
}
json.dump(told, sys.stdout)
"""
"""In a process of its own: beancount is a tool of accountants that CareFlow is tried against, no part of it."""


@pytest.fixture(scope="module")
def entries() -> Sequence[JournalEntry]:
    """Some days of a clinic in which everything happens that can be booked."""
    found: list[JournalEntry] = []
    for seed in range(12):
        walk = Walk(seed)
        asyncio.run(walk.go(SOME_DAYS))
        found += walk.clinic.entries
    return found


def text_of(form: LedgerFormat, entries: Sequence[JournalEntry], at_once: int = 100) -> str:
    async def pages() -> AsyncIterator[Sequence[JournalEntry]]:
        for begin in range(0, len(entries), at_once):
            yield entries[begin : begin + at_once]

    async def whole() -> str:
        return "".join([piece async for piece in written(TEXTS[form], "USD", pages())])

    return asyncio.run(whole())


def read_by_beancount(entries: Sequence[JournalEntry], folder: Path) -> Any:
    ledger = folder / "ledger.beancount"
    ledger.write_text(text_of(LedgerFormat.BEANCOUNT, entries))
    ran = subprocess.run([sys.executable, "-c", BALANCES, str(ledger)], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_beancount_accepts_the_ledger_and_finds_the_same_balances(
    entries: Sequence[JournalEntry], tmp_path: Path
) -> None:
    told = read_by_beancount(entries, tmp_path)
    ours = {each.account: each.balance.minor for each in TrialBalance.of(entries).accounts if each.balance}
    assert told["errors"] == []
    assert {name: round(float(amount) * 100) for name, amount in told["sums"].items()} == {
        ACCOUNTS[account]: minor for account, minor in ours.items()
    }


def test_beancount_reads_every_text_as_it_was(entries: Sequence[JournalEntry], tmp_path: Path) -> None:
    texts = ['fin "2026"', "C:\\fees\\new", "ends in \\", 'a \\" b', "zwei\nZeilen", "; é", "1"]
    told = read_by_beancount([replace(entries[0], policy_version=each) for each in texts], tmp_path)
    assert told["errors"] == []
    assert told["policies"] == texts


def test_csv_has_a_row_for_each_line_of_each_entry(entries: Sequence[JournalEntry]) -> None:
    rows = list(csv.DictReader(io.StringIO(text_of(LedgerFormat.CSV, entries))))
    assert tuple(rows[0]) == COLUMNS
    lines = [(entry.id, line) for entry in entries for line in entry.lines]
    assert [(row["entry_id"], row["account"]) for row in rows] == [(name, line.account.value) for name, line in lines]
    debits = sum(round(float(row["debit"]) * 100) for row in rows)
    assert Money(debits) == total(line.debit for _, line in lines)


def test_no_cell_of_a_spreadsheet_begins_like_a_formula(entries: Sequence[JournalEntry]) -> None:
    """OWASP's list of what spreadsheets reckon: = + - @, and a tab or line break before them."""
    for row in csv.reader(io.StringIO(text_of(LedgerFormat.CSV, entries))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


@pytest.mark.parametrize("form", LedgerFormat)
def test_a_ledger_reads_the_same_however_paged(form: LedgerFormat, entries: Sequence[JournalEntry]) -> None:
    assert text_of(form, entries, 1) == text_of(form, entries, 1000)


def test_an_empty_ledger_is_a_whole_one(tmp_path: Path) -> None:
    assert (text_of(LedgerFormat.CSV, [])).splitlines() == [",".join(COLUMNS)]
    assert (text_of(LedgerFormat.BEANCOUNT, [])).endswith("; 0 entries, to the end\n")


def test_every_account_has_a_name_of_its_own_for_accountants() -> None:
    assert set(ACCOUNTS) == set(LedgerAccount)
    assert len(set(ACCOUNTS.values())) == len(ACCOUNTS)
