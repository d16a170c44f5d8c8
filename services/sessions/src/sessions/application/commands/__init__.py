"""What the service can be asked to do: one file for each use case, named by its verb."""
