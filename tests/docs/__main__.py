"""``make docs``: the pages and pictures of the reference, made anew. What is no longer needed is removed."""

from __future__ import annotations

from tests.docs.pages import pages
from tests.docs.reference import differs, kept_files, page_path, pictures


def main() -> None:
    """Write what differs from what is kept."""
    needed = set()
    for path, picture in pictures():
        needed.add(path)
        if differs(path, picture):
            path.parent.mkdir(parents=True, exist_ok=True)
            picture.save(path, optimize=True)
    for name, made in pages().items():
        path = page_path(name)
        needed.add(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made())
    for orphan in kept_files() - needed:
        orphan.unlink()


if __name__ == "__main__":
    main()
