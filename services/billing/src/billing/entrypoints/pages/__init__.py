"""Billing's pages: what a biller looks at and works with."""
