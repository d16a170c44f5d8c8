"""The indexes of the collections this library owns. Every query uses one, and names it where the planner of a store
might not find it by itself: among partial ones, which hold what is open or waits. None names an index that grows with
all there ever was: a store may read a named index whole. The tests explain them.
"""

from typing import Final

from pymongo import IndexModel

UNPUBLISHED: Final = "unpublished"
STREAM_SEQUENCE: Final = "stream_sequence"
CORRELATION: Final = "correlation"
POSITION: Final = "position"
SUBJECT_POSITION: Final = "subject_position"
FEEDING: Final = "feeding"
ORPHANS: Final = "orphans"
BLOCKED: Final = "blocked"
OPEN: Final = "open"
OPEN_BY_STREAM: Final = "open_by_stream"
REQUESTED: Final = "requested"
BY_EVENT: Final = "by_event"
BY_SUBJECT: Final = "by_subject"
ERASED: Final = "erased"

INDEXES: Final[tuple[tuple[str, IndexModel], ...]] = (
    (
        "_outbox",
        IndexModel(
            [("rank", 1), ("recorded_at", 1), ("stream", 1), ("sequence", 1)],
            name=UNPUBLISHED,
            partialFilterExpression={"published_at": None},
        ),
    ),
    ("_outbox", IndexModel([("stream", 1), ("sequence", 1)], name=STREAM_SEQUENCE, unique=True)),
    ("_outbox", IndexModel([("correlation", 1), ("_id", 1)], name=CORRELATION)),
    (
        "_outbox",
        IndexModel([("position", 1)], name=POSITION, unique=True, partialFilterExpression={"position": {"$gt": 0}}),
    ),
    (
        "_outbox",
        IndexModel(
            [("key", 1), ("position", 1)], name=SUBJECT_POSITION, partialFilterExpression={"position": {"$gt": 0}}
        ),
    ),
    (
        "_outbox",
        IndexModel([("orphan", 1), ("_id", 1)], name=ORPHANS, partialFilterExpression={"orphan": True}),
    ),
    ("_owners", IndexModel([("closing", 1), ("_id", 1)], name=ERASED, partialFilterExpression={"closing": "erased"})),
    ("_positions", IndexModel([("subject", 1), ("consumer", 1)], name="subject")),
    (
        "_positions",
        IndexModel([("block.parked", 1)], name=BLOCKED, partialFilterExpression={"block.parked": {"$gt": 0}}),
    ),
    (
        "_parked",
        IndexModel(
            [("consumer", 1), ("stream", 1), ("place", 1), ("_id", 1)],
            name=OPEN_BY_STREAM,
            partialFilterExpression={"open": True},
        ),
    ),
    (
        "_parked",
        IndexModel([("consumer", 1), ("_id", 1)], name=OPEN, partialFilterExpression={"open": True}),
    ),
    (
        "_parked",
        IndexModel([("consumer", 1)], name=REQUESTED, partialFilterExpression={"state": "replay_requested"}),
    ),
    ("_parked", IndexModel([("consumer", 1), ("event_id", 1)], name=BY_EVENT)),
    ("_parked", IndexModel([("key", 1)], name=BY_SUBJECT)),
    ("_parked", IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0)),
    (
        "_refeeds",
        IndexModel([("feeding", 1), ("_id", 1)], name=FEEDING, partialFilterExpression={"feeding": True}),
    ),
    ("_refeeds", IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0)),
)
"""(collection, index): the `indexes` process creates them before anything else starts."""
