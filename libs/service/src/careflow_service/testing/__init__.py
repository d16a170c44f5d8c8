"""For the tests of this library and of services: a store of one's own, what was said to it, and a small clinic.

Never imported by a running service.
"""
