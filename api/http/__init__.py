"""The HTTP API: what people and programs tell the farm, and what it answers."""
