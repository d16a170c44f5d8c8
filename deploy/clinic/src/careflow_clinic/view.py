"""What the demo shows while it runs: two panes on a terminal, plain lines elsewhere.

Owns presentation only; it is told what happened and decides nothing. Invariant: both views show the same lines.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from careflow_clinic.subscriber import SeenEvent


class View(Protocol):
    """Told what happens, as it happens."""

    def __enter__(self) -> View: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def chapter(self, title: str) -> None: ...
    def asked(self, request: Asked) -> None: ...
    def seen(self, event: SeenEvent) -> None: ...
    def checked(self, claim: str, *, holds: bool) -> None: ...
    def note(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request and its answer."""

    service: str
    method: str
    path: str
    status: int
    milliseconds: float


def _short(path: str) -> str:
    """Paths with ids cut to eight characters, so that a line fits a pane."""
    parts = (part[-8:] if len(part) == 36 and part.count("-") == 4 else part for part in path.split("/"))
    return "/".join(parts)


def _request_line(request: Asked) -> Text:
    colour = "green" if request.status < 400 else "yellow"
    return Text.assemble(
        (f"{request.status} ", colour),
        (f"{request.method:<5}", "bold"),
        (f"{request.service} ", "cyan"),
        _short(request.path),
        (f"  {request.milliseconds:.0f} ms", "dim"),
    )


def _event_line(event: SeenEvent) -> Text:
    colour = "red" if ".safety." in event.topic else "magenta"
    owner, _, identity = event.subject.partition(":")
    return Text.assemble(
        (event.name, colour),
        (f"  {event.topic.removeprefix('careflow.')}/{owner}:…{identity[-6:]}", "dim"),
        (f" #{event.sequence}", "bold"),
    )


def _check_line(claim: str, *, holds: bool) -> Text:
    return Text.assemble(("✓ " if holds else "✗ ", "green" if holds else "bold red"), claim)


class PlainView:
    """One line for each thing that happens; for pipes, files and build logs."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()

    def __enter__(self) -> PlainView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def chapter(self, title: str) -> None:
        self._console.print(f"\n== {title}", style="bold")

    def asked(self, request: Asked) -> None:
        self._line("http ", _request_line(request))

    def seen(self, event: SeenEvent) -> None:
        self._line("event", _event_line(event))

    def checked(self, claim: str, *, holds: bool) -> None:
        self._line("check", _check_line(claim, holds=holds))

    def note(self, text: str) -> None:
        self._line("     ", Text(text, style="dim"))

    def _line(self, kind: str, text: Text) -> None:
        self._console.print(
            Text.assemble((f"{time.monotonic() - self._started:6.1f}s ", "dim"), (f"{kind}  ", "dim"), text),
            soft_wrap=True,
        )


class LiveView:
    """Two panes: on the left what was asked over HTTP, on the right the events as an outside subscriber sees them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._left: deque[Text] = deque(maxlen=200)
        self._right: deque[Text] = deque(maxlen=200)
        self._title = "CareFlow"
        self._events = 0
        self._live = Live(console=console, get_renderable=self._render, refresh_per_second=12, screen=False)

    def __enter__(self) -> LiveView:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def chapter(self, title: str) -> None:
        self._title = title
        self._left.append(Text(f"── {title}", style="bold"))

    def asked(self, request: Asked) -> None:
        self._left.append(_request_line(request))

    def seen(self, event: SeenEvent) -> None:
        self._events += 1
        self._right.append(_event_line(event))

    def checked(self, claim: str, *, holds: bool) -> None:
        self._left.append(_check_line(claim, holds=holds))

    def note(self, text: str) -> None:
        self._left.append(Text(text, style="dim"))

    def _render(self) -> Layout:
        height = max(8, min(self._console.size.height - 2, 40))
        rows = height - 2
        layout = Layout(size=height)
        layout.split_row(
            Layout(Panel(_tail(self._left, rows), title=f"HTTP — {self._title}", border_style="cyan"), ratio=1),
            Layout(
                Panel(
                    _tail(self._right, rows), title=f"Events — {self._events} seen from outside", border_style="magenta"
                ),
                ratio=1,
            ),
        )
        return layout


def _tail(lines: deque[Text], rows: int) -> Group:
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*list(lines)[-rows:])


def view_for(console: Console) -> View:
    """The two-pane view on a terminal wide enough for it, else plain lines."""
    if console.is_terminal and console.size.width >= 100 and console.size.height >= 16:
        return LiveView(console)
    return PlainView(console)
