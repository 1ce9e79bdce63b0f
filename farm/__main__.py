"""``python -m farm`` is ``framefarm``."""

from farm.cli import main

main()
