"""A running CareFlow on one machine: broker, stores and services as processes, kept or thrown away afterwards."""
