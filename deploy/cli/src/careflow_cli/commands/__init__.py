"""What one types: each module is a group of commands, thin over the modules that do the work."""
