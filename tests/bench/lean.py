"""Who measures takes little of the time that is measured."""

import importlib.util
import sys


def look_once_for_what_is_missing() -> None:
    """httpx imports sniffio four times with each request. Where it is missing, each time searches all folders; with
    this entry it fails at once.
    """
    if importlib.util.find_spec("sniffio") is None:
        sys.modules["sniffio"] = None  # type: ignore[assignment]  # how Python's import system is told so
