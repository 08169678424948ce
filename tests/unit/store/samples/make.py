"""Writes the sample library of the present format, to be opened by all later versions.

Run once, before a release that has a new migration: ``python tests/unit/store/samples/make.py``.
Samples of released formats are never written again.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[3]), str(HERE.parents[2])]

from helpers.stores import new_asset, new_job, recipe_from, start  # noqa: E402

from studio.core.checkpoint import Checkpoint  # noqa: E402
from studio.store import CampaignRecord, Library, migrate  # noqa: E402


def main() -> None:
    target = HERE / f"library_format{migrate.newest_version()}.db.gz"
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder)) as library:
            library.campaigns.save(CampaignRecord("k", "Summer", brief={"product": "bottle"}))
            library.models.add(Checkpoint("c", "Tiny", "fake", "text", "fake_a", "folder", "/tiny"))
            library.jobs.enqueue([new_job("ended"), new_job("waits", campaign_id="k")])
            made = new_asset(
                library, title="夏日特卖", prompt="a bottle", tags=("Sale",), recipe=recipe_from()
            )
            library.jobs.finish(
                start(library, "ended").token, assets=[replace(made, source="generated", id="one")]
            )
            library.assets.update("one", rating=4)
            library.assets.add_to_board(library.assets.create_board("Best").id, ["one"])
        content = (Path(folder) / "library.db").read_bytes()
    target.write_bytes(gzip.compress(content, mtime=0))
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
