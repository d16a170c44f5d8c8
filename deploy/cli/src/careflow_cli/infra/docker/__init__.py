"""Kafka and the stores as containers of an engine on this machine.

To the stack each is a process like any other: `process` stands for a container in the table of processes, `keeper`
does what becomes of that process to the container. `engine` is the only module that loads a client of the engine.
"""
