"""Apache Kafka adapters: what a worker needs to consume and to relay. Only worker processes import this package."""
