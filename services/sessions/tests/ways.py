"""The four ways a drug is given, as anybody at the bedside would: what is ordered, what is on the shelf, how a dose is
stated. What of it is right or wrong is not said here.
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from services.sessions.tests import builders as a
from sessions.domain.doses import StatedDose
from sessions.domain.drug_amounts import DrugUnit, Piece, Pieces
from sessions.domain.drug_items import Item
from sessions.domain.ids import PatientId
from sessions.domain.packages import PackageLabel
from sessions.domain.units import Milligrams, MilligramsPerMillilitre, Millilitres, milligrams
from sessions.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`orders` are pairs of milligrams, a first dose and the most; the first pair is what a careful prescriber signs.
    `amounts` are what is drawn up, in the unit of the container. `watch` are the minutes between the observations a
    careful nurse makes after the last dose. `at_once` are doses that need no time to run in.
    """

    route: Route
    drug: str
    orders: tuple[tuple[int, int], ...]
    amounts: tuple[str, ...]
    watch: tuple[int, ...]
    at_once: bool = True
    dispensed: bool = False
    serials: bool = False


INFUSION = Way(
    route=Route.INTRAVENOUS,
    drug="ketamine",
    orders=((20, 50), (20, 50), (40, 60), (30, 88), (40, 64), (88, 88)),
    amounts=("0.4", "0.4", "0.6", "0.8", "1.6", "4"),
    watch=(70,),
    at_once=False,
)
INJECTION = Way(
    route=Route.INTRAMUSCULAR,
    drug="ketamine",
    orders=((40, 80), (40, 80), (40, 60), (80, 80), (30, 110), (110, 110)),
    amounts=("0.4", "0.8", "0.8", "1.2", "1.6", "4"),
    watch=(60, 70),
)
TROCHE = Way(
    route=Route.ORAL,
    drug="ketamine",
    orders=((100, 200), (100, 200), (50, 150), (100, 100), (200, 250), (250, 250)),
    amounts=("1", "2", "2", "3", "5"),
    watch=(60, 70),
    dispensed=True,
)
DEVICE = Way(
    route=Route.INTRANASAL,
    drug="esketamine",
    orders=((28, 84), (28, 56), (56, 84), (84, 84), (28, 112), (30, 70)),
    amounts=("1", "1", "2", "3"),
    watch=(40, 45, 45),
    serials=True,
)
WAYS = (INFUSION, INJECTION, TROCHE, DEVICE)


def container(way: Way, random: Random) -> Item:
    """One full container as its label says."""
    if way.dispensed:
        piece = Piece(unit=DrugUnit.TROCHE, content=milligrams(random.choice((50, 50, 100))))
        whole, strength, form, ndc = piece.content.value * 30, None, "compounded troche", None
    elif way.serials:
        piece = Piece(unit=DrugUnit.DEVICE, content=milligrams(random.choice((28, 28, 28, 14))))
        whole, strength, form, ndc = piece.content.value * 30, None, "nasal device", "50458002800"
    else:
        piece, form, ndc = None, "vial", "00143950801"
        strength = MilligramsPerMillilitre(Decimal(random.choice(("50", "50", "100"))))
        whole = strength.times(Millilitres(Decimal(100))).value
    return Item(
        drug=way.drug,
        form=form,
        ndc=ndc,
        lot="L-1",
        expires_on=a.TODAY + a.days(400),
        labelled=Milligrams(whole),
        concentration=strength,
        piece=piece,
    )


def dispensed_for(patient_id: PatientId) -> PackageLabel:
    return PackageLabel(
        patient_id=patient_id, pharmacy="Example Compounding", dea_number="FE1234563", prescription="RX-0815"
    )


def stated(item: Item, amount: Decimal, *, misread: bool) -> StatedDose:
    """So much of what is in it; `misread` takes the label for another one."""
    if item.piece is not None:
        piece = Piece(unit=item.piece.unit, content=milligrams(25)) if misread else item.piece
        return StatedDose(mass=Milligrams(item.piece.content.value * amount), pieces=Pieces(number=amount, piece=piece))
    assert item.concentration is not None
    volume, strength = Millilitres(amount), MilligramsPerMillilitre(Decimal(10)) if misread else item.concentration
    return StatedDose(mass=item.concentration.times(volume), volume=volume, concentration=strength)
