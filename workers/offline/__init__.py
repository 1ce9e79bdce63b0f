"""Draws a scene without a farm: the same painters and compositor, no clock, every frame waited for."""
