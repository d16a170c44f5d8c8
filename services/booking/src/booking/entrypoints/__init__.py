"""The doors: thin, each parses, authorises and calls one use case."""
