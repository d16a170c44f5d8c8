"""The smallest service the stack can run: health, what is left to do, deadlines that fire by the domain clock."""

import json
import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pymongo import MongoClient

client: MongoClient[dict[str, Any]] = MongoClient(os.environ["CAREFLOW_MONGO_URL"], tz_aware=True)
deadlines = client[os.environ["CAREFLOW_MONGO_DATABASE"]].deadlines


def domain_time() -> datetime:
    clock = Path(os.environ["CAREFLOW_CLOCK_FILE"])
    offset = json.loads(clock.read_text("utf-8"))["offset_seconds"] if clock.exists() else 0
    return datetime.now(UTC) + timedelta(seconds=offset)


def left_to_do() -> dict[str, object]:
    following = deadlines.find_one({"fired_at": None}, sort=[("due_at", 1)])
    return {
        "outbox_unpublished": 0,
        "effects_pending": 0,
        "parked": 0,
        "next_deadline": following["due_at"].isoformat() if following else None,
        "domain_time": domain_time().isoformat(),
    }


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content: dict[str, object] = {"status": "ready", "checks": {}}
        if self.path == "/ops/drain":
            content = left_to_do()
        elif self.path == "/environment":
            content = {name: value for name, value in os.environ.items() if name.startswith("CAREFLOW_")}
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def fire(stopping: threading.Event) -> None:
    while not stopping.wait(0.02):
        now = domain_time()
        deadlines.update_many({"fired_at": None, "due_at": {"$lte": now}}, {"$set": {"fired_at": now}})


def serve(port: int) -> None:
    stopping = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)

    def stop(_signum: int, _frame: object) -> None:
        stopping.set()
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    if sys.argv[1] == "worker":
        threading.Thread(target=fire, args=(stopping,), daemon=True).start()
    server.serve_forever(poll_interval=0.05)


if sys.argv[1] == "indexes":
    deadlines.create_index("due_at")
else:
    serve(int(os.environ.get("CAREFLOW_HTTP_PORT") or os.environ["CAREFLOW_HEALTH_PORT"]))
