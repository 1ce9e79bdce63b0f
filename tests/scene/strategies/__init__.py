"""Hypothesis strategies for valid scenes, by subject."""
