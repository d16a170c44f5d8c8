"""Making a lone `mongod` a replica set of one, because transactions and change streams need a replica set.

Invariant: asking again changes nothing, except that the member follows the port it runs on now.
"""

from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

ALREADY_INITIALIZED = 23  # MongoDB's error code
ANSWER_MS = 500


def leads(name: str, member: str) -> bool:
    """Whether the server at `member` (host:port) is the primary of its set; makes it one on first call."""
    client: MongoClient[dict[str, Any]] = MongoClient(member, directConnection=True, serverSelectionTimeoutMS=ANSWER_MS)
    with client:
        try:
            initiate(client, name, member)
            return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False


def initiate(client: "MongoClient[dict[str, Any]]", name: str, member: str) -> None:
    """Make the set unless it is there, or point the one in kept data to the port of this run."""
    if client.admin.command("hello").get("isWritablePrimary"):
        return
    try:
        client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": member}]})
    except OperationFailure as refused:
        if refused.code != ALREADY_INITIALIZED:
            raise
        config = client.admin.command("replSetGetConfig")["config"]
        if config["members"][0]["host"] != member:
            config["members"][0]["host"] = member
            config["version"] += 1
            client.admin.command("replSetReconfig", config, force=True)
