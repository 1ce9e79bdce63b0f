"""Where lines may end: examples of UAX 14."""

from __future__ import annotations

import pytest

from workers.typography.breaking import breakable


@pytest.mark.parametrize(
    "pieces",
    [
        ["Hello ", "world, ", "foo-", "bar"],
        ["日", "本", "語", "（テ", "ス", "ト）", "で", "す。"],
        ["ちょっ", "と", "「待っ", "て」"],
        ["コー", "ヒー", "を"],
        ["한", "국", "어 ", "문", "장"],
        ["don’t ", "“quote ", "me” ", "(now)"],
        ["« mot » ", "»wort« ", "„so“"],
        ["-5 ", "a-5 ", "$5.00 ", "100% ", "1/2 ", "3.5km ", "5°C ", "￥100 ", "100", "円"],
        ["wait… ", "what?! ", "e.g. ", "(a)b ", "[a] ", "{b}"],
        ["x ", "— ", "y ", "a", "—", "b"],
        ["one\u00a0two\u00a0three ", "2024-01-02"],
        ["soft\u00ad", "hy\u00ad", "phen"],
        ["zero\u200b", "width"],
        ["no\u2060break"],
        ["https://", "a.b/", "c?", "d=e"],
        ["-v ", "--", "all ", "two  ", "spaces "],
        ["A&B ", "a_b ", "#tag ", "@me"],
    ],
    ids="".join,
)
def test_lines_may_end_after_each_piece(pieces: list[str]) -> None:
    assert list(breakable(list("".join(pieces)))) == pieces


def test_a_cluster_is_never_parted() -> None:
    assert list(breakable(["👩\u200d👧", "🎉", "e\u0301", "a"])) == ["👩\u200d👧", "🎉", "e\u0301a"]


def test_nothing_has_no_pieces() -> None:
    assert list(breakable([])) == []
