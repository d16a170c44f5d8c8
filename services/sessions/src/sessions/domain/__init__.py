"""The rules of treatment. Imports only the standard library; time and ids come in as arguments, facts go out."""
