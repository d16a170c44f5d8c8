"""Counting what is there: a field for each container, by what its label says and without what the log does."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, Kind, read
from careflow_service.pages.forms import KEY, Form
from careflow_service.pages.site import Site
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId
from sessions.entrypoints.http.drug_day_routes import Counted

COUNTED: Final = "counted-"
"""What the name of a field begins with; the container's id follows."""


def ask_counts(
    request: Request,
    pages: Site,
    containers: Sequence[Container],
    filled: Filled,
    *,
    form: str,
    day: date,
    address: str,
    parameters: Mapping[str, str],
    back: str,
    first: Sequence[Field] = (),
    last: Sequence[Field] = (),
) -> Response:
    """The page with a field for each container, between what is asked `first` and `last`."""
    groups = pages.words(request.scope).groups
    units = {**groups["options"], "lot": groups["witness_page"]["lot"]}
    counts = [Field(name=f"{COUNTED}{each.id}", kind=Kind.AMOUNT, label=_label(each, units)) for each in containers]
    fields = (*first, *counts, *last)
    return pages.show(
        request.scope,
        "count_form.html",
        status=filled.status,
        form=form,
        day=day,
        address=address,
        parameters=parameters,
        back=back,
        nothing=not containers,
        fields=fields,
        labels={each.name: each.label or groups["asked"][each.named] for each in fields},
        kept={KEY: new_id()},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
    )


def counted(containers: Iterable[Container], typed: Form) -> tuple[dict[ContainerId, DrugQuantity], dict[str, str]]:
    """What was counted in each, each in its own unit, and which fields are wrong; what was left empty is in neither."""
    found, wrong = dict[ContainerId, DrugQuantity](), dict[str, str]()
    for each in containers:
        name = f"{COUNTED}{each.id}"
        if not typed[name]:
            continue
        body, faults = read(Counted, {"quantity": typed[name], "unit": each.item.unit})
        if body is not None:
            found[each.id] = DrugQuantity(value=body.quantity, unit=body.unit)
        if faults:
            wrong[name] = next(iter(faults.values()))
    return found, wrong


def _label(container: Container, units: Mapping[str, str]) -> str:
    """ "ketamine, vial, 50 mg/mL, lot L-1 (…a1b2), mL"."""
    item, unit = container.item, units[f"piece_{container.item.unit}"]
    lot = f"{units['lot']} {item.lot} (…{container.id[-4:]})"
    return f"{item.drug}, {item.form}, {item.strength.normalize():f} mg/{unit}, {lot}: {unit}"
