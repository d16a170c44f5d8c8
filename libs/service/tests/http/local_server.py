"""A server on this machine that a test answers for."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Answers(BaseHTTPRequestHandler):
    """What a test says in `do_GET` and `do_POST`, without a word about it."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def answering(answers: type[Answers]) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        serving = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()
