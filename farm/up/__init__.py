"""``framefarm up``: every process of a small farm on one host, supervised."""
