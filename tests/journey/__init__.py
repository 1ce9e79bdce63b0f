"""From the order to the canvas: the real parts of every room together, without processes."""
