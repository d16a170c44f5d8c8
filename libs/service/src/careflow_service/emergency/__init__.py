"""Emergency access: somebody of the clinic reads, for a while and with a reason, what their role does not reach.

It widens the rows of the access table that say `emergency`, for one patient, and is looked at by somebody else later.
"""
