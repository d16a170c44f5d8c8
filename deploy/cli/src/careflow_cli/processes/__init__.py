"""Processes the local stack starts.

How they are launched, recorded, recognised and stopped, whatever becomes of their owner.
"""
