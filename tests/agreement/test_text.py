"""Where lines of text break and how long they are, against Chromium with the same fonts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from scene.content import TextContent
from tests.agreement.others import lines_of
from tests.workers.test_painters import text
from workers.typography.breaking import breakable
from workers.typography.fonts import Faces
from workers.typography.layout import Typesetter

FAMILIES = {
    "sans": "'Noto Sans', 'Noto Sans Arabic', 'Noto Sans Hebrew', 'Noto Sans Devanagari'",
    "serif": "'Noto Serif'",
    "mono": "'DejaVu Sans Mono'",
}
ENGLISH = "The quick brown fox jumps over the lazy dog, and AVATAR waves to Type 1 fonts."
GERMAN = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich."
GREEK = "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία"
ARABIC = "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر"
HEBREW = "דג סקרן שט בים מאוכזב ולפתע מצא חברה"
DEVANAGARI = "ऋषियों को सताने वाले दुष्ट राक्षसों"
SANS = (ENGLISH, GERMAN, GREEK, ARABIC, HEBREW, DEVANAGARI)


def laid_out(content: TextContent, width: float | None) -> tuple[list[str], float]:
    """Our lines and the longest one's length, px."""
    found = Typesetter(Faces()).lay_out(content, width)
    return ["".join(run.text for run in line.runs).strip() for line in found.lines], found.width


def by_chromium(page: Page, content: TextContent, width: str, css: str = "") -> tuple[list[str], float]:
    """The browser's."""
    look = f"font: {content.style} {content.weight} {content.font_size}px {FAMILIES[content.font]}; {css}"
    return lines_of(page, content.text, look, width)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        *((words, {}) for words in SANS),
        *((words, {"weight": "bold"}) for words in (ENGLISH, GERMAN, ARABIC)),
        *((words, {"font": "serif", "style": "italic"}) for words in (ENGLISH, GREEK)),
        *((words, {"font": "mono"}) for words in (GERMAN, GREEK)),
    ],
)
def test_a_line_is_as_long(page: Page, words: str, fields: dict[str, str]) -> None:
    content = text(words, **fields)
    _, ours = laid_out(content, None)
    _, theirs = by_chromium(page, content, "max-content")
    # Spaces between Hebrew words are those of the Hebrew font here, of the first font there.
    assert ours == pytest.approx(theirs, rel=0.005 if words == HEBREW else 0.0005)


@pytest.mark.parametrize("words", SANS, ids=["en", "de", "el", "ar", "he", "hi"])
@pytest.mark.parametrize("width", [150, 260, 400, 633])
def test_lines_end_at_the_same_words(page: Page, words: str, width: int) -> None:
    content = text(words)
    ours, _ = laid_out(content, width)
    theirs, _ = by_chromium(page, content, f"{width}px", "overflow-wrap: anywhere;")
    assert ours == theirs


@pytest.mark.parametrize(
    "words",
    [
        "日本語の文章（テスト）です。コーヒーを、ちょっと「待って」！",
        "한국어 문장도 단어 사이에서 나뉩니다.",
        "中文的标点，不会出现在行首；「引号」也一样。",
        "well-known e.g. (a) “quoted” 100% 3.5 km, wait… what?!",
        "Größe—Maß – »Wort« und „Satz“",
        ARABIC,
        HEBREW,
    ],
)
def test_lines_may_end_at_the_same_places(page: Page, words: str) -> None:
    # No font is asked how wide anything is: the box has no width, so a line ends wherever it may.
    ours = [piece.rstrip() for piece in breakable(list(words))]
    theirs, _ = by_chromium(page, text(words), "0px")
    assert ours == theirs
