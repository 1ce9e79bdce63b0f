"""The dashboard in a real browser, against the real HTTP app and WebSocket server over a real Redis."""
