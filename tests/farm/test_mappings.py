"""Letting go of what is only a file's content."""

from __future__ import annotations

import subprocess
import sys

from farm.forking.mappings import clean_mappings

SMAPS = """\
7f10-7f20 r-xp 00000000 08:01 11                   /lib/a library.so
Rss:                  16 kB
Anonymous:             0 kB
7f20-7f28 r--p 00002000 08:01 11                   /lib/a library.so
Rss:                   8 kB
Anonymous:             4 kB
7f28-7f30 rw-p 00003000 08:01 11                   /lib/a library.so
Rss:                   8 kB
Anonymous:             0 kB
7f30-7f38 r--p 00000000 08:01 12                   /usr/share/words
Anonymous:             0 kB
7f40-7f48 r--p 00000000 00:00 0
Anonymous:             0 kB
7ffe-7fff r-xp 00000000 00:00 0                    [vdso]
Anonymous:             0 kB
"""
PROGRAM = """
import hashlib, re, ssl
from pathlib import Path
from farm.forking.mappings import release_clean_mappings

def resident_kb():
    parts = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.M)
    text = [part for part in parts if re.search(r"r-xp.*libcrypto", part)]
    return sum(int(re.search(r"Rss: +([0-9]+)", part)[1]) for part in text)

hashlib.blake2b(b"x")
before = resident_kb()
assert release_clean_mappings() > 0
after = resident_kb()
ssl.create_default_context()
print(before, after)
"""


def test_only_files_that_nobody_may_or_did_write_to_are_clean() -> None:
    assert list(clean_mappings(SMAPS)) == [(0x7F10, 0x10), (0x7F30, 8)]


def test_a_process_goes_on_with_less_of_its_libraries() -> None:
    told = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    before_kb, after_kb = map(int, told.stdout.split())
    assert after_kb < before_kb / 2
