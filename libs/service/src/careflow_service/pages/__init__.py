"""What people look at in a browser: pages a service renders itself, on the same use cases, doors and refusals as its
API.

Pages work without scripts, load nothing from anywhere else, are kept by no cache, and answer in the reader's language.
"""

from typing import Final

PREFIX: Final = "/pages/"
"""Where a service's pages are; everything there is answered as a page, what goes wrong too."""

FORM: Final = "application/x-www-form-urlencoded"
"""How a page's form arrives."""
