"""What operators ask services and have them do, over their `/ops` routes: an HTTP client with a token, nothing else."""
