"""What billing decides: accounts, prices, estimates, charges, payments, the ledger, superbills. Standard library only,
no clock, no I/O.
"""
