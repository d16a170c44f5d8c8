"""The questions by name, in the order they are asked: each leaves the stack fit for the next. From `backlog` on, only
booking and billing hear.

Invariant: only what is asked is imported: an older build's interpreter, which is asked by this code, need not have
what a newer question stands on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

from tests.bench.questions.site import Question


def _of(module: str, question: str) -> Callable[[], Question]:
    def made() -> Question:
        asked: Question = getattr(import_module(f"tests.bench.questions.{module}"), question)()
        return asked

    return made


QUESTIONS: Final[Mapping[str, Callable[[], Question]]] = {
    "waits": _of("waits", "Waits"),
    "book": _of("booking", "Book"),
    "crowd": _of("crowd", "Crowd"),
    "memory": _of("memory", "Memory"),
    "complete": _of("consultation", "Consultation"),
    "relay": _of("relaying", "Relay"),
    "backlog": _of("consuming", "Backlog"),
    "register": _of("booking", "Register"),
    "flat": _of("flatness", "Flatness"),
    "history": _of("history", "History"),
}
