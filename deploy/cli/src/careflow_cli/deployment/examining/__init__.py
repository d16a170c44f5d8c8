"""What `careflow doctor --deployment` looks at. Invariant: it changes nothing, and shows no secret."""
