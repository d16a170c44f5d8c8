"""What booking does, one use case per file: arranged here, decided in the domain, stored by the adapters."""
