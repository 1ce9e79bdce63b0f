"""Fonts and how text lies: which face draws a character, where lines break."""
