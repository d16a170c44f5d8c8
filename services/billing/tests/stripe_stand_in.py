"""A stand-in for Stripe's API and its webhooks, as its documents describe them; it refuses what Stripe would refuse.

Known of it: form-encoded requests with a bearer key; one answer per Idempotency-Key, an `idempotency_error` where the
same key comes with something else; errors as `{"error": {"type", "code", "message"}}`; a Checkout Session that ends 30
minutes to 24 hours after it was made and is paid once; refunds no larger than what is left of a payment and none of a
disputed one; disputes that list every balance transaction; webhooks signed with `t=…,v1=…` over the raw body; events
listed the newest first, by type and time, before or after one of them, for thirty days.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY: Final = "sk_test_of_nobody"
WEBHOOK_SECRET: Final = "whsec_of_nobody"
VERSION: Final = "2026-10-28.endive"
DISPUTE_FEE: Final = 1_500
Object = dict[str, Any]


class Wrong(Exception):
    """What Stripe answers with an error."""

    def __init__(self, status: int, kind: str, code: str | None = None) -> None:
        super().__init__(code or kind)
        self.answer = JSONResponse({"error": {"type": kind, "code": code, "message": "No."}}, status)


@dataclass
class StripeStandIn:
    """`now` is its clock, in seconds. `faults` are answered instead of the next requests: a status before anything is
    done, or "lost", where it is done and the answer does not arrive.
    """

    now: float
    sessions: dict[str, Object] = field(default_factory=dict)
    intents: dict[str, Object] = field(default_factory=dict)
    refunds: dict[str, Object] = field(default_factory=dict)
    disputes: dict[str, Object] = field(default_factory=dict)
    movements: dict[str, list[Object]] = field(default_factory=dict)
    events: list[Object] = field(default_factory=list)
    faults: list[int | str] = field(default_factory=list)
    keys: dict[str, tuple[str, Response]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    _count: int = 0

    # -- its API -------------------------------------------------------------------------------------------------------

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/checkout/sessions", self._answers(self._open), methods=["POST"]),
                Route("/v1/checkout/sessions/{id}", self._look, methods=["GET"]),
                Route("/v1/checkout/sessions/{id}/expire", self._answers(self._expire), methods=["POST"]),
                Route("/v1/balance_transactions", self._moved, methods=["GET"]),
                Route("/v1/events", self._list, methods=["GET"]),
                Route("/v1/refunds", self._answers(self._refund), methods=["POST"]),
            ]
        )

    def _answers(self, act: Any) -> Any:
        async def answer(request: Request) -> Response:
            sent = (await request.body()).decode()
            try:
                said = self._once(act, request, sent)
            except Wrong as wrong:
                said = wrong.answer
            said.headers["connection"] = "close"  # so that no test leaves one open
            return said

        return answer

    async def _look(self, request: Request) -> Response:
        """A Checkout Session as it stands: changes nothing, and needs no key of its own."""
        try:
            self._let_in(request)
            session = self.sessions.get(request.path_params["id"])
            if session is None:
                raise Wrong(404, "invalid_request_error", "resource_missing")
            said: Response = JSONResponse(session)
        except Wrong as wrong:
            said = wrong.answer
        said.headers["connection"] = "close"
        return said

    async def _list(self, request: Request) -> Response:
        """Events, the newest first."""
        try:
            self._let_in(request)
            asked = request.query_params
            kept = [each for each in reversed(self.events) if each["created"] >= self.now - 30 * 86_400]
            ids = [each["id"] for each in kept]
            if any(asked.get(name) not in {None, *ids} for name in ("ending_before", "starting_after")):
                raise Wrong(400, "invalid_request_error", "resource_missing")
            if before := asked.get("ending_before"):
                kept = kept[: ids.index(before)]
            if after := asked.get("starting_after"):
                kept = kept[ids.index(after) + 1 :]
            first, last = int(asked["created[gte]"]), int(asked["created[lte]"])
            types = asked.getlist("types[]")
            found = [each for each in kept if each["type"] in types and first <= each["created"] <= last]
            limit = int(asked["limit"])
            page = found[-limit:] if asked.get("ending_before") else found[:limit]
            more = len(found) > limit
            said: Response = JSONResponse({"object": "list", "url": "/v1/events", "has_more": more, "data": page})
        except Wrong as wrong:
            said = wrong.answer
        said.headers["connection"] = "close"
        return said

    async def _moved(self, request: Request) -> Response:
        """What is in a payout, the newest first, each with what it is of."""
        try:
            self._let_in(request)
            asked = request.query_params
            if asked["payout"] not in self.movements:
                raise Wrong(400, "invalid_request_error")
            assert asked.getlist("expand[]") == ["data.source"], "otherwise it names what it is of by an id"
            found = self.movements[asked["payout"]]
            ids = [each["id"] for each in found]
            if after := asked.get("starting_after"):
                found = found[ids.index(after) + 1 :]
            limit = int(asked["limit"])
            more = len(found) > limit
            said: Response = JSONResponse({"object": "list", "has_more": more, "data": found[:limit]})
        except Wrong as wrong:
            said = wrong.answer
        said.headers["connection"] = "close"
        return said

    def pays_out(self, *moved: tuple[str, int, int, Object], by_hand: bool = False) -> Object:
        """A payout of these: type, amount, fee, and what it is of; what is told once they can be asked for."""
        payout = {
            "id": self._id("po"),
            "object": "payout",
            "amount": sum(amount - fee for _, amount, fee, _ in moved),
            "currency": "usd",
            "arrival_date": int(self.now),
            "automatic": not by_hand,
            "status": "paid",
        }
        own = ("payout", -int(str(payout["amount"])), 0, payout)
        if not by_hand:
            self.movements[str(payout["id"])] = [
                {"id": self._id("txn"), "type": kind, "amount": amount, "fee": fee, "currency": "usd", "source": source}
                for kind, amount, fee, source in (own, *moved)
            ]
        return self.event("payout.reconciliation_completed", payout)

    def _let_in(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise Wrong(401, "invalid_request_error")
        if request.headers.get("stripe-version") != VERSION:
            raise Wrong(400, "invalid_request_error", "api_version")

    def _once(self, act: Any, request: Request, sent: str) -> Response:
        self._let_in(request)
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            raise Wrong(400, "invalid_request_error")
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            raise Wrong(fault, "api_error")
        key, what = request.headers["idempotency-key"], f"{request.url.path} {sent}"
        if key in self.keys:
            before, answered = self.keys[key]
            if before != what:
                raise Wrong(400, "idempotency_error")
            answered.headers["idempotent-replayed"] = "true"
            return answered
        form = dict(parse_qsl(sent, strict_parsing=bool(sent)))
        self.asked.append((request.url.path, form))
        try:
            answer: Response = JSONResponse(act(form, **request.path_params))
        except Wrong as wrong:
            answer = wrong.answer
        self.keys[key] = (what, answer)
        if fault == "lost":
            raise Wrong(502, "api_error")
        return answer

    def _id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._count}Zr8vXl"

    def _open(self, form: dict[str, str]) -> Object:
        expected = {"mode": "payment", "line_items[0][quantity]": "1", "payment_method_types[0]": "card"}
        if not expected.items() <= form.items() or not form.get("success_url", "").startswith("https://"):
            raise Wrong(400, "invalid_request_error", "parameter_missing")
        if not 1_800 <= int(form["expires_at"]) - self.now <= 86_400:
            raise Wrong(400, "invalid_request_error", "parameter_invalid_integer")
        amount = int(form["line_items[0][price_data][unit_amount]"])
        if amount < 50:
            raise Wrong(400, "invalid_request_error", "amount_too_small")
        name = self._id("cs_test")
        self.sessions[name] = {
            "id": name,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "client_reference_id": form["client_reference_id"],
            "amount_total": amount,
            "currency": form["line_items[0][price_data][currency]"],
            "url": f"https://checkout.stripe.com/c/pay/{name}",
            "link": form["payment_intent_data[metadata][careflow_link]"],
        }
        return self.sessions[name]

    def _expire(self, form: dict[str, str], id: str) -> Object:  # noqa: A002 - Stripe's own word
        session = self.sessions.get(id)
        if session is None:
            raise Wrong(404, "invalid_request_error", "resource_missing")
        if session["status"] != "open":
            raise Wrong(400, "invalid_request_error")
        session.update(status="expired", url=None)
        return session

    def _refund(self, form: dict[str, str]) -> Object:
        intent = self.intents.get(form["payment_intent"])
        if intent is None:
            raise Wrong(404, "invalid_request_error", "resource_missing")
        if any(each["payment_intent"] == intent["id"] and each["status"] != "won" for each in self.disputes.values()):
            raise Wrong(400, "invalid_request_error", "charge_disputed")
        given = sum(each["amount"] for each in self.refunds.values() if each["payment_intent"] == intent["id"])
        if given + int(form["amount"]) > intent["amount"]:
            raise Wrong(400, "invalid_request_error", "charge_already_refunded" if given else None)
        name = self._id("re")
        self.refunds[name] = {
            "id": name,
            "object": "refund",
            "payment_intent": intent["id"],
            "amount": int(form["amount"]),
            "currency": intent["currency"],
            "status": "succeeded",
            "metadata": {"careflow_refund": form["metadata[careflow_refund]"]},
        }
        return self.refunds[name]

    # -- what cardholders and banks do ---------------------------------------------------------------------------------

    def pays(self, address: str) -> Object:
        """Somebody pays at the page with this address; what is told of it."""
        session = next(each for each in self.sessions.values() if each["url"] == address)
        assert session["status"] == "open", "nobody pays at a page that is closed"
        intent = {
            "id": self._id("pi"),
            "object": "payment_intent",
            "amount": session["amount_total"],
            "currency": session["currency"],
            "metadata": {"careflow_link": session["link"]},
        }
        self.intents[intent["id"]] = intent
        session.update(status="complete", payment_status="paid", payment_intent=intent["id"], url=None)
        return self.event("checkout.session.completed", session)

    def declines(self, address: str) -> Object:
        session = next(each for each in self.sessions.values() if each["url"] == address)
        error = {
            "type": "card_error",
            "code": "card_declined",
            "charge": self._id("ch"),
            "message": "Your card was declined.",
        }
        intent = {
            "id": self._id("pi"),
            "object": "payment_intent",
            "metadata": {"careflow_link": session["link"]},
            "last_payment_error": error,
        }
        return self.event("payment_intent.payment_failed", intent)

    def disputes_payment(self, intent_id: str) -> tuple[Object, Object]:
        """A bank takes back all of a payment: opened, and its funds withdrawn."""
        amount = self.intents[intent_id]["amount"]
        name = self._id("dp")
        dispute = {
            "id": name,
            "object": "dispute",
            "payment_intent": intent_id,
            "amount": amount,
            "currency": "usd",
            "status": "needs_response",
            "balance_transactions": [],
        }
        opened = self.event("charge.dispute.created", dispute)
        taken = {"id": self._id("txn"), "amount": -amount, "fee": DISPUTE_FEE, "currency": "usd"}
        self.disputes[name] = {**dispute, "balance_transactions": [taken]}
        return opened, self.event("charge.dispute.funds_withdrawn", self.disputes[name])

    def decides(self, dispute: Object, status: str) -> Object:
        self.disputes[dispute["id"]].update(status=status)
        return self.event("charge.dispute.closed", self.disputes[dispute["id"]])

    # -- what it tells -------------------------------------------------------------------------------------------------

    def event(self, kind: str, thing: Object, **more: Any) -> Object:
        snapshot = json.loads(json.dumps(thing))
        event = {
            "id": self._id("evt"),
            "object": "event",
            "api_version": VERSION,
            "created": int(self.now),
            "livemode": False,
            "pending_webhooks": 1,
            "type": kind,
            "data": {"object": snapshot},
            **more,
        }
        self.events.append(event)
        return event

    def signed(self, body: bytes, *secrets: str, at: float | None = None) -> str:
        """The `Stripe-Signature` of a body, one for each secret that is in use."""
        time = str(int(self.now if at is None else at))
        made = [
            hmac.new(each.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()
            for each in secrets or (WEBHOOK_SECRET,)
        ]
        return ",".join([f"t={time}", *(f"v1={each}" for each in made), "v0=6ffbb59b2300aae63f272406069a9788"])


@contextmanager
def listening(stand_in: StripeStandIn) -> Iterator[str]:
    """It answers at this address, in a thread of its own."""
    import socket
    from threading import Thread

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(stand_in.app, log_config=None, access_log=False, lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
