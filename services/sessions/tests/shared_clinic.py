"""What the patients of one clinic share: its clock, its stores, its drug stock and what comes by chance."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.sessions.tests import builders as a
from services.sessions.tests.in_memory import InMemory
from services.sessions.tests.stock_law import Stock


@dataclass(slots=True)
class Clinic:
    random: Random
    memory: InMemory = field(default_factory=lambda: InMemory(a.NOW))
    stock: Stock = field(default_factory=Stock)
    patients: list[Any] = field(default_factory=list)

    def somebody_there(self) -> bool:
        return any(each.visit_id for each in self.patients)
