"""Screening's pages: what a patient with a link sees, and what clinicians look at."""
