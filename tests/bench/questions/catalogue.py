"""The questions by name, in the order they are asked: each leaves the stack fit for the next. From `backlog` on, only
booking and billing hear.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from tests.bench.questions.booking import Book, Register
from tests.bench.questions.consultation import Consultation
from tests.bench.questions.consuming import Backlog
from tests.bench.questions.crowd import Crowd
from tests.bench.questions.flatness import Flatness
from tests.bench.questions.history import History
from tests.bench.questions.memory import Memory
from tests.bench.questions.relaying import Relay
from tests.bench.questions.site import Question
from tests.bench.questions.waits import Waits

QUESTIONS: Final[Mapping[str, Callable[[], Question]]] = {
    "waits": Waits,
    "book": Book,
    "crowd": Crowd,
    "memory": Memory,
    "complete": Consultation,
    "relay": Relay,
    "backlog": Backlog,
    "register": Register,
    "flat": Flatness,
    "history": History,
}
