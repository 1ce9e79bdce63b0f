"""The demo stream: made and started through the API, as a user would."""

from __future__ import annotations

import json
from pathlib import Path

from farm.client import FarmClient
from farm.errors import NotFound

DEMO_STREAM = "demo"
DEMO_SCENE = Path(__file__).parents[2] / "examples" / "scenes" / "demo.json"


def start_demo(base_url: str, token: str) -> None:
    """Make the stream ``demo`` when it is missing, and start it. Raises FarmError with the API's words."""
    with FarmClient(base_url, token) as client:
        try:
            client.call("GET", f"/streams/{DEMO_STREAM}")
        except NotFound:
            scene = json.loads(DEMO_SCENE.read_text())
            client.call("POST", "/streams", {"id": DEMO_STREAM, "name": "Demo", "scene": scene})
        client.call("POST", f"/streams/{DEMO_STREAM}/start")
