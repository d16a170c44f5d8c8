"""Which errors of the Kafka client will pass."""

import traceback

from aiokafka.errors import KafkaError


def kafka_is_away(error: BaseException) -> bool:
    """Whether the broker, or what the client knows of it, is away for now. While brokers stop and start the client
    library also asserts what does not hold then, such as that it knows of any.
    """
    return isinstance(error, KafkaError) or (isinstance(error, AssertionError) and _of_client(error))


def _of_client(error: BaseException) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and "/aiokafka/" in frames[-1].filename.replace("\\", "/")
