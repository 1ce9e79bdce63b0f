"""The asyncio half of the API: events over WebSocket, health and Prometheus metrics."""
