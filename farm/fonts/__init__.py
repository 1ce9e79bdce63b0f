"""Fonts that people upload: what they are, which characters they have, and whether they can be drawn."""
