"""Transitions: two scenes' pictures become one. A new kind is a file here and a line in the registry."""
