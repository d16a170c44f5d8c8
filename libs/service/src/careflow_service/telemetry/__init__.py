"""Logs, metrics and traces. Invariant: what leaves a process this way is on a list of what may."""
