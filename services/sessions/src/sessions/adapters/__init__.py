"""The only files that know MongoDB and where the clinical documents lie."""
