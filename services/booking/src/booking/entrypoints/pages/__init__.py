"""Booking's pages: what a visitor without a login sees."""
