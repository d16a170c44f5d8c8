"""For the tests of this library and of services: a store of one's own, and what was said to it.

Never imported by a running service.
"""
