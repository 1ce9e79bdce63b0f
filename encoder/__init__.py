"""The media node: sequencer, canvas, encoding and outputs; one process per stream, adopted by its node."""
