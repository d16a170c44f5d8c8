"""How billing is reached: HTTP and events, thin doors on the same use cases."""
