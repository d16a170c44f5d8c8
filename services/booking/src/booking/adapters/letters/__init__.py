"""What is written to patients: words in each language, and what puts them together."""
