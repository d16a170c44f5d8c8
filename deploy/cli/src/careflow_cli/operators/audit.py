"""The audit trails of the services: whether each is whole, what is in it, and who had to do with a patient.

Invariant: a trail is said to be whole only after every page of it was read, and a kept head was found again.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator, Refused
from careflow_cli.operators.shown import counted

BY_ITSELF: Final = "system:"
"""How the name of a process begins where others have a person's."""
VERBS: Final = {"read": "saw", "done": "changed", "denied": "was refused"}

IN_EMERGENCY: Final = "emergency"
"""The role that entries of reads under an emergency access name beside the reader's own."""
EMERGENCY_ACCESS: Final = "_emergency_accesses/"
"""How an emergency access is named among what an entry touched."""

AT_ONCE: Final = 1000

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one service's trail. `faults` have `fault`, `number` and `entry`; `trouble` is why the trail
    could not be read to its end, and then nothing else is known of it."""

    service: str
    seals: int | None = None
    entries: int | None = None
    head: Answer | None = None
    unsealed_since: str | None = None
    faults: Sequence[Mapping[str, Any]] = ()
    trouble: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "service": self.service,
            "seals": self.seals,
            "entries": self.entries,
            "head": self.head,
            "unsealed_since": self.unsealed_since,
            "faults": list(self.faults),
            "trouble": self.trouble,
        }


async def heads(operator: Operator, services: Iterable[str]) -> dict[str, Answer | None]:
    """The last seal of each service, to be kept elsewhere; None where nothing was sealed yet."""
    return {service: (await operator.get(service, "audit"))["head"] for service in services}


async def verify(operator: Operator, service: str, kept: Mapping[str, Any] | None, say: Say) -> Verdict:
    """Read one trail whole; `kept` is a head of it that was kept elsewhere."""
    trail = await operator.get(service, "audit")
    faults = [] if kept is None else await _compared(operator, service, kept)
    seals = entries = 0
    after: dict[str, str] = {}
    while True:
        part = await operator.get(service, "audit/verify", limit=AT_ONCE, **after)
        seals, entries = seals + part["seals"], entries + part["entries"]
        faults += part["faults"]
        say(f"{service}: {counted(seals, 'seal')}, {counted(entries, 'entry', 'entries')}")
        if part["next"] is None:
            return Verdict(service, seals, entries, trail["head"], trail["unsealed_since"], faults)
        after = {"after": part["next"]}


async def verify_all(
    operator: Operator, services: Iterable[str], kept: Mapping[str, Mapping[str, Any]], say: Say
) -> list[Verdict]:
    """One verdict for each service: one that gives no answer hides nothing of the others."""
    verdicts = []
    for service in services:
        try:
            verdicts.append(await verify(operator, service, kept.get(service), say))
        except CareflowError as error:
            verdicts.append(Verdict(service, trouble=str(error)))
    return verdicts


async def _compared(operator: Operator, service: str, kept: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Whether the trail still has the head that was kept."""
    try:
        found = await operator.get(service, f"audit/seals/{kept['number']}")
    except Refused as refused:
        if refused.code != "seal_not_found":
            raise
        return [{"fault": "truncated", "number": kept["number"], "entry": None}]
    if found["hash"] != kept["hash"]:
        return [{"fault": "rewritten", "number": kept["number"], "entry": None}]
    return []


def kept_heads(file: Path) -> Mapping[str, Mapping[str, Any]]:
    """What `careflow audit heads --json` wrote, without services that had none. Raises CareflowError."""
    try:
        found = json.loads(file.read_text("utf-8"))
        return {
            name: {"number": int(head["number"]), "hash": str(head["hash"])}
            for name, head in found.items()
            if head is not None
        }
    except OSError as error:
        raise CareflowError(f"the heads in {file} cannot be read") from error
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise CareflowError(f"{file} holds no heads: careflow audit heads --json writes them") from error


@dataclass(slots=True)
class Person:
    """Somebody who had to do with a patient."""

    actor: str
    roles: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    times: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        counts = {outcome: self.times[outcome] for outcome in VERBS}
        roles, services = sorted(self.roles), sorted(self.services)
        return {
            "actor": self.actor,
            "roles": roles,
            "services": services,
            **counts,
            "first": self.first,
            "last": self.last,
        }


@dataclass(slots=True)
class Emergency:
    """One emergency access: who opened it, how often something was read under it, and who looked at it. What lies
    outside the time that was asked for is None.
    """

    service: str
    access: str
    actor: str | None = None
    opened: str | None = None
    reads: int = 0
    reviewer: str | None = None
    reviewed: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Who saw, changed or was refused what is a patient's, the latest first."""

    patient: str
    people: Sequence[Person]
    emergencies: Sequence[Emergency]
    entries: Sequence[Answer]
    by_itself: int
    """How many more entries are of processes of CareFlow."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "patient": self.patient,
            "people": [person.as_dict() for person in self.people],
            "emergencies": [asdict(each) for each in self.emergencies],
            "entries": self.entries,
            "by_itself": self.by_itself,
        }


async def search(operator: Operator, service: str, what: Mapping[str, object]) -> Answer:
    """A page of one trail, newest first."""
    return await operator.post(service, "audit/search", what)


async def report(
    operator: Operator, services: Sequence[str], patient: str, times: Mapping[str, str], say: Say, *, processes: bool
) -> Report:
    """Everything in the trails of these services about a patient; `processes`: also what CareFlow did by itself."""
    found: list[Answer] = []
    for service in services:
        asked: dict[str, object] = {"patient": patient, **times}
        while True:
            page = await search(operator, service, {**asked, "limit": AT_ONCE})
            found += [Answer(service=service, **entry) for entry in page["items"]]
            if page["next"] is None:
                break
            say(f"{service}: {counted(len(found), 'entry', 'entries')}")
            asked["after"] = page["next"]
    found.sort(key=lambda entry: datetime.fromisoformat(entry["at"]), reverse=True)
    shown = [entry for entry in found if processes or not entry["actor"].startswith(BY_ITSELF)]
    return Report(patient, _people(shown), _emergencies(shown), shown, len(found) - len(shown))


def _people(entries: Sequence[Answer]) -> list[Person]:
    people: dict[str, Person] = {}
    for entry in entries:
        person = people.setdefault(entry["actor"], Person(entry["actor"], last=entry["at"]))
        person.roles |= {*entry["roles"]}
        person.services.add(entry["service"])
        person.times[entry["outcome"]] += 1
        person.first = entry["at"]
    return list(people.values())


def _emergencies(entries: Iterable[Answer]) -> list[Emergency]:
    found: dict[tuple[str, str], Emergency] = {}
    for entry in entries:
        for each in entry["touched"]:
            if not str(each).startswith(EMERGENCY_ACCESS):
                continue
            access = str(each).removeprefix(EMERGENCY_ACCESS).partition("@")[0]
            emergency = found.setdefault((entry["service"], access), Emergency(entry["service"], access))
            if IN_EMERGENCY in entry["roles"]:
                emergency.actor = entry["actor"]
                emergency.reads += 1
            elif entry["action"] == "open_emergency_access":
                emergency.actor, emergency.opened = entry["actor"], entry["at"]
            elif entry["action"] == "review_emergency_access":
                emergency.reviewer, emergency.reviewed = entry["actor"], entry["at"]
    return list(found.values())


def what(entry: Answer) -> str:
    """In plain words what an entry is about: for a refusal the route, for everything else what was done."""
    if entry["outcome"] == "denied" and entry["touched"]:
        return str(entry["touched"][0])
    done = str(entry["action"]).replace(" ", ", ").replace("_", " ")
    return f"{done}, in an emergency" if IN_EMERGENCY in entry["roles"] else done
