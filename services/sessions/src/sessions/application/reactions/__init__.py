"""What the service does when it hears an event: one file for each event or family of events."""
