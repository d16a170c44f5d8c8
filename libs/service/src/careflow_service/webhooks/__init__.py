"""Events pushed to integrators who have no Kafka: Standard Webhooks, from the outbox, in the order of each stream.

Invariants: an endpoint's place in the feed moves on once everything before it was delivered, or stands in the place of
a stream that is held; so whatever ends a process, what follows from the store alone is everything that is still to be
sent. What leaves is what the feed would show the same reader, and is audited before it leaves.
"""
