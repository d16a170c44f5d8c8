"""Patients who never were, and all that CareFlow would say of them: for whoever builds on its events and has no
services.

`courses.py` says what may happen to a patient, `patients.py` makes one's events of the examples, `keys.py` the keys
that sections are sealed to, `play.py` puts all of it in order, with losses and repeats as they are asked for.
Invariant: the same plan gives the same events in the same order; only ciphertexts differ.
"""
