"""The clinic's screening rules. Pure: no clock, no input or output; time and ids come in as arguments, facts go out."""
