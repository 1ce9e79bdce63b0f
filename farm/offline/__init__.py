"""Pictures and films of a scene that no farm has to run for: `framefarm render` and `framefarm scene`."""
