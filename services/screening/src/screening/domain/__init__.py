"""The clinic's screening rules, pure: standard library only, no clock, no input or output."""
