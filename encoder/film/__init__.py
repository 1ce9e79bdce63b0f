"""Films: what free streams are rendered into, segment by segment, so that a render that was cut can go on."""
