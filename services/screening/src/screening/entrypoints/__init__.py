"""The doors: HTTP. Thin: parse, authorise, call one use case."""
