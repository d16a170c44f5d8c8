"""Backups: one file that holds one service's store as it was at one moment."""
