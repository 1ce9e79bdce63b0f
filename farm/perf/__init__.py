"""``framefarm perf``: measures a running farm and prints what it measured."""
