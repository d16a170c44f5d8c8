"""The only files that know MongoDB, PDF, calendars and check digits."""
