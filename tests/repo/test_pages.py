"""What every page and file of the repository must be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, tracked_files

PAGES = [path for path in tracked_files() if path.suffix == ".md"]
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# In nobody else's checkout do these mean a thing: paths of somebody's machine, hosts of package registries.
_ELSEWHERE = re.compile(
    r"(?<![\w.$})/-])/(?:work|Users|home/[a-z]+)/"
    r"|\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs|(?:deb|snapshot)\.debian|ghcr\.io|quay\.io)\b"
)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a browser of repositories makes them."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", (ROOT / page).read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    for target in _LINK.findall(_FENCE.sub("", (ROOT / page).read_text())):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path) if path else page
        assert (ROOT / linked).exists(), f"{page} links to {target}, which is not there"
        if anchor and linked.suffix == ".md":
            assert anchor in anchors(linked), (
                f"{page} links to {target}, but no heading there has that anchor"
            )


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for path in tracked_files():
        try:
            text = (ROOT / path).read_text()
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{path}: {match[0]}" for match in _ELSEWHERE.finditer(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    ["see /" + "work/main", '"/' + 'home/ann/x"', "at pypi" + ".org", "deb." + "debian.org"],
)
def test_such_names_would_be_found(text: str) -> None:
    assert _ELSEWHERE.search(text)
