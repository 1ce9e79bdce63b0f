"""The picture as data. Pure: no I/O, no clock, no pixels."""
