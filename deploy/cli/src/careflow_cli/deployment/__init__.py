"""What a docker-compose deployment needs beside the repository: its secrets and its settings."""
