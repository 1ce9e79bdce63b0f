"""The HTTP API over a real Redis."""
