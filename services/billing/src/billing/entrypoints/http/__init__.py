"""Routes, bodies and the table of who may call what."""
