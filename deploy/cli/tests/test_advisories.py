"""`make audit`: whoever has advisories is asked about every pin by pip-audit; not having been asked is never "none"."""

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from careflow_cli.release import advisories
from careflow_cli.release.advisories import FOUND, UNASKED, WITNESS, Finding, Pin, UnansweredError, Waiver

TODAY = date(2026, 3, 2)
HARMFUL = Finding(Pin("leaky", "1.0"), ("GHSA-0000-0000-0001", "CVE-2026-1"), ("1.1",))
LIVED_WITH = Waiver("CVE-2026-1", "leaky", "we call nothing of what is concerned", TODAY)


def vulnerable(name: str) -> dict[str, object]:
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": []}
    return {"vulns": [{"id": f"GHSA-{name}", "aliases": [f"CVE-{name}"], "summary": "harm", "affected": [affected]}]}


class Osv(ThreadingHTTPServer):
    """Answers as OSV's `/v1/query` does, and remembers what it was asked."""

    def __init__(self, *vulnerable_names: str) -> None:
        self.vulnerable_names = vulnerable_names
        self.asked: set[Pin] = set()
        super().__init__(("127.0.0.1", 0), OsvAnswer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/query"


class OsvAnswer(BaseHTTPRequestHandler):
    server: Osv

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.server.asked.add(Pin(name, query["version"]))
        answer = json.dumps(vulnerable(name) if name in self.server.vulnerable_names else {}).encode()
        self.send_response(200 if name != "refused" else 503)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Of no interest to anybody."""


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    (tmp_path / "one.txt").write_text(
        'both[x]==1 \\\n    --hash=sha256:00\nabroad==2 ; sys_platform == "win32" \\\n', "utf-8"
    )
    (tmp_path / "two.txt").write_text("both==2\n", "utf-8")
    (tmp_path / "waivers.toml").write_text("", "utf-8")
    return tmp_path


def serving(osv: Osv) -> Iterator[Osv]:
    Thread(target=osv.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield osv
    osv.shutdown()
    osv.server_close()


@pytest.fixture
def knowing() -> Iterator[Osv]:
    yield from serving(Osv(WITNESS.name, "abroad"))


@pytest.fixture
def ignorant() -> Iterator[Osv]:
    yield from serving(Osv())


def test_every_pin_of_every_lock_is_asked_about_and_what_is_vulnerable_fails(
    knowing: Osv, locks: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = advisories.main(["--osv", knowing.url, "--locks", str(locks)])

    assert code == FOUND
    assert knowing.asked == {WITNESS, Pin("both", "1"), Pin("both", "2"), Pin("abroad", "2")}
    assert "VULNERABLE: abroad 2: CVE-abroad, GHSA-abroad; not mended in any version" in capfd.readouterr().out


def test_who_knows_nothing_of_what_is_known_is_not_believed(
    ignorant: Osv, locks: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = advisories.main(["--osv", ignorant.url, "--locks", str(locks)])

    said = capfd.readouterr()
    assert code == UNASKED
    assert "NOT ASKED" in said.err
    assert "no known vulnerability" not in said.out


def test_an_audit_that_breaks_off_says_nothing_about_what_it_found_before(
    knowing: Osv, locks: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (locks / "three.txt").write_text("refused==1\n", "utf-8")

    assert advisories.main(["--osv", knowing.url, "--locks", str(locks)]) == UNASKED
    assert "NOT ASKED" in capfd.readouterr().err


def test_where_nobody_listens_nothing_is_known(locks: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert advisories.main(["--osv", "http://127.0.0.1:1/v1/query", "--locks", str(locks)]) == UNASKED
    assert "NOT ASKED" in capfd.readouterr().err


def test_a_pin_its_source_does_not_know_was_not_asked_about() -> None:
    """What pip-audit says, with exit code 0, behind a mirror that has packages and no JSON interface."""
    report = '{"dependencies": [{"name": "jinja2", "skip_reason": "Dependency not found on PyPI: jinja2 (3.1.2)"}]}'

    with pytest.raises(UnansweredError, match=r"no answer for 1 of 1: jinja2 3\.1\.2"):
        advisories.understood(report, [Pin("jinja2", "3.1.2")])


@pytest.mark.parametrize(
    ("found", "waived", "today", "code"),
    [
        pytest.param([], [], TODAY, 0, id="nothing found"),
        pytest.param([HARMFUL], [], TODAY, FOUND, id="found"),
        pytest.param([HARMFUL], [LIVED_WITH], TODAY, 0, id="lived with, on its last day"),
        pytest.param([HARMFUL], [LIVED_WITH], date(2026, 3, 3), FOUND, id="a day after it"),
        pytest.param([], [LIVED_WITH], date(2026, 3, 3), FOUND, id="ended, of what is mended"),
        pytest.param(
            [HARMFUL], [Waiver("CVE-2026-1", "other", "of another package", TODAY)], TODAY, FOUND, id="of another"
        ),
    ],
)
def test_a_finding_is_lived_with_by_one_of_its_names_and_until_a_day(
    found: list[Finding], waived: list[Waiver], today: date, code: int
) -> None:
    assert advisories.judge(found, waived, today) == code
