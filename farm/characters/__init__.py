"""Character packages: a rig and its images, read from a ZIP or a folder and checked."""
