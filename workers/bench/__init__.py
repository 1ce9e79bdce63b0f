"""What drawing costs, without a farm: ``framefarm perf compose``."""
