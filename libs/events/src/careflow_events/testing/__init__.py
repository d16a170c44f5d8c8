"""Testing kit: in-memory ports that behave as the MongoDB and Kafka adapters do, builders for events and records.

Invariant: the same conformance suite runs on these fakes and on the real adapters.
"""
