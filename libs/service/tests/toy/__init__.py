"""A whole service, as small as one can be: one aggregate, one thing it says, one it hears, one deadline, one effect.

It says one of booking's events and hears one of screening's, because the catalogue knows only real ones. What the
library promises services is tried on it.
"""
