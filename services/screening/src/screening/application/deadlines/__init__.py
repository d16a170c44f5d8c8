"""What the service does by itself: deadlines and effects."""
