"""Holds together what is written twice: settings and their list, keys and their table, images and code."""
