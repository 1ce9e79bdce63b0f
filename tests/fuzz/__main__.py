"""``make fuzz``: many cases, each batch in a process of its own whose memory and time are bounded."""

from __future__ import annotations

import argparse

from tests.fuzz.trial import KINDS, run


def main() -> int:
    """Try so many cases of each kind; the exit code says whether one failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument(
        "--first", type=int, default=0, help="The number of the first case, to try one again."
    )
    order = parser.parse_args()
    failures = run(order.kind, order.first, order.count, tell=True)
    for failure in failures:
        print(failure)  # noqa: T201  the command's answer
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
