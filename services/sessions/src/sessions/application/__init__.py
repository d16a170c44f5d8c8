"""One file per use case; `ports.py` is what they stand on, `use_cases.py` the table of contents."""
