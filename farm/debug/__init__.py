"""``framefarm debug``: looks at a running farm from outside, without changing it."""
