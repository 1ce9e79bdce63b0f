"""Shows to measure with, described once: as scenes for the farm and as graphs for other programs."""
