"""The farm's state in Redis: one module per thing that is kept, and every key's name in ``keys``."""
