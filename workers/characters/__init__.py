"""Characters in a worker: packages that are here or on their way, and layers made of their parts."""
