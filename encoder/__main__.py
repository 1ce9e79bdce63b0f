"""``python -m encoder``: an encoder node."""

from __future__ import annotations

import sys

from encoder.node import main

if __name__ == "__main__":
    sys.exit(main())
