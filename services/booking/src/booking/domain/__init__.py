"""What booking decides: patients, resources and their time, appointments, the care path. Standard library only, no
clock, no I/O.
"""
