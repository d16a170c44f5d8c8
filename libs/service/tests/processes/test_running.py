"""Tasks of one process live and die together."""

import asyncio
import gc
import socket

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from careflow_service.garbage import look_for_none
from careflow_service.processes import running as running_tasks
from careflow_service.processes import serving as serving_process
from careflow_service.processes.running import Run, run_tasks, until_stopped
from careflow_service.processes.serving import bind, serving


async def works(stop: asyncio.Event) -> None:
    await stop.wait()


async def test_told_to_stop_all_end_well() -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_tasks({"a": works, "b": works}, stop))
    stop.set()
    assert await running is True


async def test_garbage_is_looked_for_from_then_on_and_not_among_what_was_there() -> None:
    seen: list[tuple[bool, bool]] = []

    async def looks(stop: asyncio.Event) -> None:
        seen.append((gc.isenabled(), gc.get_freeze_count() > 0))
        stop.set()

    look_for_none()
    try:
        assert not gc.isenabled()
        await run_tasks({"looks": looks}, asyncio.Event())
        assert seen == [(True, True)]
    finally:
        gc.enable()
        gc.unfreeze()


async def test_what_is_in_flight_is_finished() -> None:
    stop, finished = asyncio.Event(), asyncio.Event()

    async def finishes(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0)
        finished.set()

    stop.set()
    assert await run_tasks({"finishes": finishes}, stop) is True
    assert finished.is_set()


async def test_a_task_that_dies_takes_the_others_along() -> None:
    ended = []

    async def dies(_stop: asyncio.Event) -> None:
        raise RuntimeError

    async def other(stop: asyncio.Event) -> None:
        await stop.wait()
        ended.append("other")

    assert await run_tasks({"dies": dies, "other": other}, asyncio.Event()) is False
    assert ended == ["other"]


async def test_a_task_that_just_ends_is_a_death_too() -> None:
    async def ends(_stop: asyncio.Event) -> None: ...

    assert await run_tasks({"ends": ends, "works": works}, asyncio.Event()) is False


async def test_a_task_that_fails_while_stopping_is_an_error() -> None:
    async def fails(stop: asyncio.Event) -> None:
        await stop.wait()
        raise RuntimeError

    stop = asyncio.Event()
    stop.set()
    assert await run_tasks({"fails": fails}, stop) is False


async def test_a_task_that_does_not_stop_is_cancelled_when_the_grace_is_over() -> None:
    cancelled = asyncio.Event()

    async def stays(_stop: asyncio.Event) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    stop = asyncio.Event()
    stop.set()
    assert await run_tasks({"stays": stays}, stop, grace=0.01) is True
    assert cancelled.is_set()


async def test_who_swallows_a_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running_tasks, "CANCEL_AGAIN_SECONDS", 0.01)
    cancelled = 0

    async def swallows(_stop: asyncio.Event) -> None:
        nonlocal cancelled
        while cancelled < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled += 1

    stop = asyncio.Event()
    stop.set()
    assert await run_tasks({"swallows": swallows}, stop, grace=0.01) is True
    assert cancelled == 2


async def test_what_knows_no_stopping_is_cancelled() -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    stop = asyncio.Event()
    running = asyncio.create_task(run_tasks({"forever": until_stopped(forever)}, stop))
    stop.set()
    assert await running is True


async def test_what_should_work_forever_and_fails_is_a_death() -> None:
    async def breaks() -> None:
        raise RuntimeError

    assert await run_tasks({"breaks": until_stopped(breaks)}, asyncio.Event()) is False


@pytest.fixture
def listening() -> socket.socket:
    return bind("127.0.0.1", 0)


async def test_a_request_in_flight_is_answered_before_the_server_ends(listening: socket.socket) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        arrived.set()
        await go_on.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    stop = asyncio.Event()
    port = listening.getsockname()[1]
    run: Run = serving(app, listening)
    server = asyncio.create_task(run_tasks({"http": run}, stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        request = asyncio.create_task(client.get("/"))
        await arrived.wait()
        stop.set()
        go_on.set()
        assert (await request).status_code == 204
    assert await server is True


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
async def test_who_does_not_say_what_they_want_is_not_waited_for(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("nothing was asked")

    monkeypatch.setattr(serving_process, "HEADERS_WITHIN_SECONDS", 0.01)
    stop = asyncio.Event()
    server = asyncio.create_task(run_tasks({"http": serving(app, listening)}, stop))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(said)
    async with asyncio.timeout(5):
        assert await reader.read() == b"", "the connection is closed"
    writer.close()
    stop.set()
    assert await server is True


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n1234", id="two lengths"),
        pytest.param(b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="a length and chunks"),
        pytest.param(b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", id="an encoding nobody knows"),
        pytest.param(b"X-Broken: a\nHost: b\r\n\r\n", id="a line that ends halfway"),
        pytest.param(b"Content-Length : 4\r\n\r\n1234", id="a blank before the colon"),
        pytest.param(b"Content-Length: +4\r\n\r\n1234", id="a length that is no number"),
    ],
)
async def test_a_request_of_which_two_may_think_differently_is_refused(listening: socket.socket, said: bytes) -> None:
    """What edge and service would take for one request and for two (request smuggling)."""

    async def app(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("nothing was asked")

    stop = asyncio.Event()
    server = asyncio.create_task(run_tasks({"http": serving(app, listening)}, stop))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n" + said)
    async with asyncio.timeout(5):
        assert (await reader.read()).startswith(b"HTTP/1.1 400 "), "and the connection is closed"
    writer.close()
    stop.set()
    assert await server is True


async def test_an_answer_that_takes_longer_is_waited_for(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await later.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    monkeypatch.setattr(serving_process, "HEADERS_WITHIN_SECONDS", 0.01)
    stop, later = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, later.set)
    server = asyncio.create_task(run_tasks({"http": serving(app, listening)}, stop))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}") as client:
        assert (await client.get("/")).status_code == 204
        stop.set()
    assert await server is True
