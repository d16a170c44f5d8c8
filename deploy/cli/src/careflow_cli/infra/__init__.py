"""Kafka and the stores the services run on, behind one interface, wherever they come from."""
