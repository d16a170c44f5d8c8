"""What is handed to operators and integrators under a version: images, the wheel of the
events, the sources, and what is in them.
"""
