"""How pixels get from a worker to an encoder: shared memory on one host, a Redis mailbox between hosts."""
