"""The HTTP edge every service shares: one application factory and the pieces routes are written with."""
