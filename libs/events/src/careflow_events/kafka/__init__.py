"""Apache Kafka adapters: what a worker needs to consume and to relay. Only worker processes import this package."""

import aiokafka  # noqa: F401 - first of all, so that an installation that lacks it is told so by its name
