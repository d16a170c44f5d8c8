"""The front desk: the calendar by resource, a patient found and booked, a visit moved, called off or given to somebody
else, whoever is away, who waits, and what is to be done.

Invariant: a page decides nothing; what a button does was said before it is pressed, and what was refused is said in a
sentence where it was met.
"""
