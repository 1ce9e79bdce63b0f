"""Nonsense for everything that reads what people send: scenes and files. Long runs: `make fuzz`."""
