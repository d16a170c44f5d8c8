"""Canaille as the identity provider of a clinic that has none: its settings, its first people and its machines.

Invariant: nobody gives themselves a role. Roles are groups, and only administrators say who is in one; who somebody is
(`user_name`, the `sub` of tokens) is said when they are entered and never changed.
"""
