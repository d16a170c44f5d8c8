"""A small invented clinic that works through CareFlow's HTTP and watches its topics from outside.

Owns the demo, and the staff, patients and steps that journeys, chaos and measurements are told with. Invariant: it
knows of the services what any client may: their HTTP and their events.
"""
