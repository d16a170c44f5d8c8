"""What goes out reaches addresses that were judged and no others, and is bounded in time and size."""

import asyncio
import ssl
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpcore
import pytest

from careflow_service import outbound as outbounds
from careflow_service.outbound import GuardedOutbound, NotReached, Resolve, Unreached
from libs.service.tests.outbound.servers import Asked, answer, serving

LOOPBACK = (ip_network("127.0.0.0/8"),)


async def post(outbound: GuardedOutbound, address: str, *, seconds: float = 5.0) -> int:
    try:
        return (await outbound.post(address, b"{}", {"Content-Type": "application/json"}, seconds=seconds)).status
    finally:
        await outbound.close()


def names(**hosts: Sequence[str]) -> Resolve:
    """A resolver that knows these hosts."""

    async def resolve(host: str, _: int) -> Sequence[str]:
        if host not in hosts:
            raise OSError
        return hosts[host]

    return resolve


async def why(outbound: GuardedOutbound, address: str, *, seconds: float = 5.0) -> Unreached:
    with pytest.raises(NotReached) as caught:
        await post(outbound, address, seconds=seconds)
    return caught.value.why


async def test_a_post_arrives_as_it_is() -> None:
    async with serving(answer(202, body=b"thanks")) as server:
        outbound = GuardedOutbound(LOOPBACK)
        headers = {"Content-Type": "application/json"}
        reply = await outbound.post(f"http://localhost:{server.port}/in?a=b", b'{"a":1}', headers, seconds=5.0)
        await outbound.close()
    assert (reply.status, reply.is_success, reply.body) == (202, True, b"thanks")
    (asked,) = server.asked
    assert (asked.line, asked.body) == ("POST /in?a=b HTTP/1.1", b'{"a":1}')
    assert asked.headers == {
        "host": f"localhost:{server.port}",
        "content-type": "application/json",
        "content-length": "7",
        "user-agent": "CareFlow",
    }


async def test_a_question_is_asked_through_the_same_guard() -> None:
    async with serving(answer(200, body=b"so it stands")) as server:
        outbound = GuardedOutbound(LOOPBACK)
        headers = {"Authorization": "Bearer key"}
        reply = await outbound.get(f"http://localhost:{server.port}/how", headers, seconds=5.0)
        await outbound.close()
        with pytest.raises(NotReached, match=Unreached.NOT_ALLOWED):
            await GuardedOutbound().get(f"http://localhost:{server.port}/how", headers, seconds=5.0)
    assert (reply.status, reply.body) == (200, b"so it stands")
    (asked,) = server.asked
    assert (asked.line, asked.headers["authorization"]) == ("GET /how HTTP/1.1", "Bearer key")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_called_however_it_is_written(host: str) -> None:
    async with serving() as server:
        assert await why(GuardedOutbound(), f"http://{host}:{server.port}/") is Unreached.NOT_ALLOWED
    assert server.connections == 0


async def test_a_redirect_is_an_answer() -> None:
    async with serving() as inside, serving(answer(307, f"Location: http://127.0.0.1:{inside.port}/")) as outside:
        assert await post(GuardedOutbound(LOOPBACK), f"http://localhost:{outside.port}/") == 307
    assert inside.connections == 0


async def test_an_address_that_leads_nowhere_keeps_nobody_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbounds, "NEXT_ADDRESS_SECONDS", 0.05)
    connect = httpcore.AnyIOBackend.connect_tcp

    async def hanging(self: Any, host: str, port: int, timeout: float | None = None, *how: Any) -> Any:  # noqa: ASYNC109
        if host == "127.0.0.2":
            await asyncio.sleep(timeout or 60.0)
            raise httpcore.ConnectTimeout
        return await connect(self, host, port, timeout, *how)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", hanging)
    async with serving() as server:
        outbound = GuardedOutbound(LOOPBACK, resolve=names(**{"two.example": ["127.0.0.2", "127.0.0.1"]}))
        assert await post(outbound, f"http://two.example:{server.port}/") == 204


async def test_a_name_is_asked_for_once_so_that_a_second_answer_counts_for_nothing() -> None:
    asked: list[str] = []

    async def rebinding(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    async with serving() as server:
        outbound = GuardedOutbound(LOOPBACK, resolve=rebinding)
        assert await post(outbound, f"http://integrator.example:{server.port}/") == 204
    assert asked == ["integrator.example"]


async def test_a_name_with_an_address_inside_is_not_called_at_its_others() -> None:
    async with serving() as server:
        outbound = GuardedOutbound(LOOPBACK, resolve=names(**{"two.example": ["127.0.0.1", "10.0.0.1"]}))
        assert await why(outbound, f"http://two.example:{server.port}/") is Unreached.NOT_ALLOWED
    assert server.connections == 0


async def test_of_a_names_addresses_the_next_is_tried() -> None:
    async with serving() as server:
        outbound = GuardedOutbound(LOOPBACK, resolve=names(**{"two.example": ["127.0.0.2", "127.0.0.1"]}))
        assert await post(outbound, f"http://two.example:{server.port}/") == 204


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as proxy, serving() as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert await post(GuardedOutbound(LOOPBACK), f"http://127.0.0.1:{server.port}/") == 204
    assert proxy.connections == 0


async def test_a_name_nobody_has() -> None:
    assert await why(GuardedOutbound(resolve=names()), "https://nowhere.example/") is Unreached.NO_ADDRESS


async def test_nobody_listens() -> None:
    async with serving() as server:
        pass
    assert await why(GuardedOutbound(LOOPBACK), f"http://127.0.0.1:{server.port}/") is Unreached.NO_CONNECTION


async def test_who_speaks_no_tls_is_not_trusted() -> None:
    async with serving(greeting=answer(400)) as server:
        assert await why(GuardedOutbound(LOOPBACK), f"https://localhost:{server.port}/") is Unreached.NOT_TRUSTED


async def test_who_hangs_up_has_not_answered() -> None:
    async with serving(b"") as server:
        assert await why(GuardedOutbound(LOOPBACK), f"http://127.0.0.1:{server.port}/") is Unreached.BROKEN


async def test_who_drips_is_too_slow_however_often_they_drip() -> None:
    async def dripping(_: Asked) -> bytes:
        await asyncio.Event().wait()
        return b""

    async with serving(dripping) as server:
        outbound = GuardedOutbound(LOOPBACK)
        assert await why(outbound, f"http://127.0.0.1:{server.port}/", seconds=0.2) is Unreached.TOO_SLOW


async def test_an_endless_answer_is_cut_off_and_its_status_counts() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + bytes(1024 * 1024)
    async with serving(endless) as server:
        assert await post(GuardedOutbound(LOOPBACK), f"http://127.0.0.1:{server.port}/") == 200


async def test_a_connection_is_used_again() -> None:
    async with serving() as server:
        outbound = GuardedOutbound(LOOPBACK)
        for _ in range(3):
            await outbound.post(f"http://127.0.0.1:{server.port}/", b"", {}, seconds=5.0)
        await outbound.close()
    assert (server.connections, len(server.asked)) == (1, 3)


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("Sun, 29 Nov 2026 10:00:00 GMT", None), ("-1", None)])
async def test_when_to_ask_again_is_read(said: str, seconds: int | None) -> None:
    async with serving(answer(503, f"Retry-After: {said}")) as server:
        outbound = GuardedOutbound(LOOPBACK)
        reply = await outbound.post(f"http://127.0.0.1:{server.port}/", b"", {}, seconds=5.0)
        await outbound.close()
    assert (reply.status, reply.retry_after) == (503, seconds)


async def test_whom_an_authority_of_the_clinics_own_vouches_for_is_trusted_once_that_is_named(
    own_tls: ssl.SSLContext, own_authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tls=own_tls) as server:
        assert await why(GuardedOutbound(LOOPBACK), f"https://localhost:{server.port}/") is Unreached.NOT_TRUSTED
        monkeypatch.setenv("SSL_CERT_FILE", str(own_authority))
        outbound = GuardedOutbound(LOOPBACK)
        reply = await outbound.post(f"https://localhost:{server.port}/", b"", {}, seconds=5.0)
        await outbound.close()
    assert reply.status == 204


async def test_another_names_certificate_is_not_trusted(other_names_tls: ssl.SSLContext) -> None:
    async with serving(tls=other_names_tls) as server:
        assert await why(GuardedOutbound(LOOPBACK), f"https://localhost:{server.port}/") is Unreached.NOT_TRUSTED
    assert server.asked == []
