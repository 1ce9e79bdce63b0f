"""Processes that share their memory: forked from one parent in which everything is imported already."""
