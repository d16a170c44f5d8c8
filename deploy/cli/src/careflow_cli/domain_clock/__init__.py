"""The domain clock of a development stack: one offset that all its processes read, and travelling with it."""
