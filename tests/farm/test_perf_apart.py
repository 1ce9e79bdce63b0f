"""What is measured has nothing to do with a farm that its caller uses."""

from __future__ import annotations

from farm.perf.apart import PLACES, apart_from_others
from farm.settings import Settings
from farm.up.ports import wanted_ports


def test_where_another_farm_is_stays_out_and_how_it_works_goes_in() -> None:
    caller = {"REDIS_URL": "redis://farm/0", "STATE_DIR": "/srv/farm", "FRAME_BATCH": "2", "PATH": "/bin"}
    assert apart_from_others(caller) == {"FRAME_BATCH": "2", "PATH": "/bin"}


def test_the_places_are_settings_and_all_ports_are_among_them() -> None:
    assert {name.lower() for name in PLACES} <= Settings.model_fields.keys()
    assert wanted_ports(Settings()).keys() <= PLACES
