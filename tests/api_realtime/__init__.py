"""The WebSocket, health and metrics servers, over a real Redis."""
