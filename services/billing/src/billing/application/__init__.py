"""What billing can be asked to do, one file per use case, and how it reacts to what it hears."""
