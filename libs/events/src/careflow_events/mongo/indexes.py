"""The indexes of the collections this library owns. Every query here has one; the tests explain them."""

from typing import Final

from pymongo import IndexModel

UNPUBLISHED: Final = "unpublished"

INDEXES: Final[tuple[tuple[str, IndexModel], ...]] = (
    (
        "_outbox",
        IndexModel(
            [("rank", 1), ("recorded_at", 1), ("stream", 1), ("sequence", 1)],
            name=UNPUBLISHED,
            partialFilterExpression={"published_at": None},
        ),
    ),
    ("_outbox", IndexModel([("stream", 1), ("sequence", 1)], name="stream_sequence", unique=True)),
    (
        "_outbox",
        IndexModel([("position", 1)], name="position", unique=True, partialFilterExpression={"position": {"$gt": 0}}),
    ),
)
"""(collection, index): the `indexes` process creates them before anything else starts."""
