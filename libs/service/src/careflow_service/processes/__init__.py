"""The processes of a service: `api`, `worker`, `timers` and the one-shot `indexes`."""
