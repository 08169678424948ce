"""Full-text search: what is found, in which scripts, and that no input can break it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from helpers.stores import add_asset
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.asset import AssetQuery
from studio.store import Library, search

PROMPT = "A café table, Straße at dusk: 35mm f/1.8, snake_case, don't 🎉"


@pytest.fixture(scope="module")
def library() -> object:
    folder = Path(tempfile.mkdtemp())
    with Library.open(folder) as opened:
        add_asset(opened, b"1", title="夏日特卖", prompt=PROMPT, tags=("Red car",), model="Tiny-SD")
        add_asset(opened, b"2", title="东京の夜景です", prompt="서울의 밤 กรุงเทพ हिन्दी")
        add_asset(opened, b"3", title="another", prompt="Ｆｕｌｌ Ｗｉｄｔｈ")
        yield opened
    shutil.rmtree(folder)


def found(library: Library, text: str) -> str:
    return "".join(
        str(("夏日特卖", "东京の夜景です", "another").index(asset.title) + 1)
        for asset in library.assets.page(AssetQuery(search=text, order="oldest"), limit=9)
    )


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("夏", "1"), ("日", "1"), ("卖", "1"), ("夏日", "1"), ("日特", "1"), ("夏日特卖", "1"),
        ("日卖", ""), ("特夏", ""), ("夏 卖", "1"), ("夏日 café", "1"), ("夏日cafe", "1"),
        ("夜", "2"), ("の夜", "2"), ("京", "2"), ("東京", ""), ("서울", "2"), ("울의", "2"),
        ("กรุง", "2"), ("หิน", ""), ("हिन्दी", "2"), ("हिन्", "2"),
        ("CAFE", "1"), ("caf", "1"), ("café tab", "1"), ("afe", ""), ("strasse", "1"),
        ("35mm", "1"), ("f/1.8", "1"), ("snake", "1"), ("case", "1"), ("don't", "1"),
        ("full width", "3"), ("ＡＮＯＴＨＥＲ", "3"), ("red", "1"), ("tiny-sd", "1"), ("🎉", "1"),
        ("table another", ""), ("", "123"), ("  ,.!? ", "123"), ("💥", ""),
    ],
)  # fmt: skip
def test_what_is_found(library: Library, text: str, which: str) -> None:
    assert found(library, text) == which


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "a*", "AND", "a AND", "NOT a", "a OR", "NEAR(a b)", "title:a", "-a", "^a", "(",
     "a + b", "{a b}: c", "\0", "a\0b", "\ud800", "%", "_", "\\", "; DROP", "x" * 100_000,
     "夏" * 100_000, "a " * 50_000, "́", "ﷺ", "\u200d"],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_error(library: Library, text: str) -> None:
    library.assets.count(AssetQuery(search=text))


text_of_any_kind = st.text(st.characters(), max_size=40) | st.text(
    st.sampled_from("夏日特卖aBé\"'*()^:-+{} \0\ud800🎉のกि한0"), max_size=40
)


@settings(max_examples=150, deadline=None)
@given(text_of_any_kind)
def test_any_input_makes_a_valid_query(library: Library, text: str) -> None:
    library.assets.count(AssetQuery(search=text))


@settings(max_examples=150, deadline=None)
@given(text_of_any_kind, text_of_any_kind, st.integers(0, 40), st.integers(1, 40))
def test_what_is_stored_is_found_by_any_part_of_it(
    library: Library, before: str, after: str, start: int, length: int
) -> None:
    """Any whole words, and any part of an unspaced run, find the text that they are taken from."""
    runs = [run for _, run in search.runs(f"{before} {after}")]
    kinds = [kind for kind, _ in search.runs(f"{before} {after}")]
    wanted = [
        run[start % len(run) :][:length] if kind == "c" else run[:length]
        for kind, run in zip(kinds, runs, strict=True)
    ]
    query = search.query_of(" ".join(wanted))
    with library.transaction():
        library._db.rows(
            "INSERT INTO asset_search (rowid, title) VALUES (99, ?)",
            (search.words_of(f"{before} {after}"),),
        )
        hits = library._db.column(
            "SELECT rowid FROM asset_search WHERE asset_search MATCH ?", (query or '"none"',)
        )
        library._db.rows("DELETE FROM asset_search WHERE rowid = 99")
    assert not query or 99 in hits
