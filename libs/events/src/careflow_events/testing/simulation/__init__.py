"""Deterministic simulation: three services that hear each other, run by the real relay, delivery, replay, refeeding and
fencing on stores and a broker in memory, in virtual time. A plan drawn from a seed says what goes wrong and when; what
must hold is looked at again and again. A seed that fails is shrunk to the faults it needs, and repeats exactly.
"""
