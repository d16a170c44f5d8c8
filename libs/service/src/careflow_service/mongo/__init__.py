"""The service's own MongoDB: transactions, documents, encryption at rest, audit entries, idempotency records."""
