"""The library with 20 000 assets: first page, search, ids for a grid.

``python tests/benchmarks/library.py [--check] [--assets N]``. Scrolling the real view is measured
by the window's own benchmark, which fills its library with the same ``helpers.big_library.fill``.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from helpers.big_library import CHINESE, LATIN, fill  # noqa: E402
from helpers.figures import Figures, parser, percentile, timed  # noqa: E402

from studio.core.asset import AssetQuery  # noqa: E402
from studio.store import Library  # noqa: E402

PAGE, SEARCHES = 200, 200


def first_pages(root: Path, figures: Figures) -> None:
    """Measure opening the library and its first page, with nothing read before."""

    def open_and_read() -> None:
        with Library.open(root) as library:
            assert len(library.assets.page(AssetQuery(), limit=PAGE)) == PAGE

    (opened,) = timed(lambda: Library.open(root).close())
    figures.add("open the library", opened * 1e3, "ms")
    figures.add("open and read the first page of 200", max(timed(open_and_read, 3)) * 1e3, "ms")
    with Library.open(root) as library:
        worst = 0.0
        for order in ("newest", "oldest", "rating", "title"):
            query = AssetQuery(order=order)  # type: ignore[arg-type]
            worst = max(worst, *timed(lambda q=query: library.assets.page(q, limit=PAGE), 3))  # type: ignore[misc]
        figures.add("first page of 200, worst of four orders", worst * 1e3, "ms", at_most=100.0)


def grid(library: Library, figures: Figures) -> None:
    """Measure what a virtual grid asks for: all ids, then a screen of assets anywhere."""
    queries = (AssetQuery(), AssetQuery(order="title"), AssetQuery(modality="image"))
    worst = max(max(timed(lambda q=q: library.assets.ids(q), 3)) for q in queries)  # type: ignore[misc]
    figures.add("ids of all assets, worst of three queries", worst * 1e3, "ms")
    ids = library.assets.ids(AssetQuery())
    middle = ids[len(ids) // 2 :][:60]
    figures.add(
        "60 assets by id", max(timed(lambda: library.assets.get_many(middle), 5)) * 1e3, "ms"
    )
    figures.add(
        "count of all", max(timed(lambda: library.assets.count(AssetQuery()), 5)) * 1e3, "ms"
    )


def searches(library: Library, figures: Figures) -> None:
    """Measure searching: page and count, as a window asks at each key stroke."""
    chance = random.Random(2)
    texts = []
    for _ in range(SEARCHES):
        word, start = chance.choice(LATIN), chance.randrange(len(CHINESE) - 3)
        run = CHINESE[start : start + chance.randint(1, 3)]
        texts.append(chance.choice((word, word[:2], run, f"{word} {run}", f"{word[:3]} {run}")))
    pages, both, hits = [], [], 0
    for text in texts:
        query = AssetQuery(search=text)
        (page,) = timed(lambda q=query: library.assets.page(q, limit=PAGE))  # type: ignore[misc]
        (count,) = timed(lambda q=query: library.assets.count(q))  # type: ignore[misc]
        pages.append(page)
        both.append(page + count)
        hits += library.assets.count(query)
    assert hits > SEARCHES, "the searches must find something"
    figures.note(f"search: {SEARCHES} searches, {hits / SEARCHES:.0f} hits each on average")
    figures.add("search, page and count, p95", percentile(both, 0.95) * 1e3, "ms")
    figures.add("search p50", percentile(pages, 0.5) * 1e3, "ms")
    figures.add("search p95", percentile(pages, 0.95) * 1e3, "ms", at_most=50.0)


def main() -> int:
    """Measure and report."""
    options = parser(__doc__ or "")
    options.add_argument("--assets", type=int, default=20_000)
    chosen = options.parse_args()
    figures = Figures(check=chosen.check)
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder)) as library:
            (taken,) = timed(lambda: fill(library, chosen.assets))
            figures.note(f"{chosen.assets} assets added in {taken:.1f} s")
        first_pages(Path(folder), figures)
        with Library.open(Path(folder)) as library:
            grid(library, figures)
            searches(library, figures)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
