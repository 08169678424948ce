"""A campaign through the real engine, with generators from a third-party package, and a crash."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.campaigns import SAMPLE
from helpers.engines import end_engine, ended, log_of, running_engine, start_engine
from helpers.played_plugin import add_played_checkpoints, install_played
from helpers.waiting import wait_until

from generators.registry import Registry
from studio.core.asset import AssetQuery
from studio.core.campaign import Music
from studio.core.job import JobStatus
from studio.services.brief import load_brief
from studio.services.campaigns import campaign_state, export_campaign, run_campaign
from studio.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BRIEF = replace(
    load_brief(SAMPLE / "brief.toml"),
    placements=("google_rsa", "meta_feed", "wechat_article"),
    sizes={"meta_feed": ("1080x1080",)},
    music=Music(duration=5.0),
)


def test_a_campaign_outlives_its_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, root = tmp_path / "site", tmp_path / "my library 图书"
    install_played(site)
    monkeypatch.syspath_prepend(str(site))
    known = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(item for item in (str(site), known) if item))
    registry = Registry.discover()
    with Library.open(root) as library:
        add_played_checkpoints(library)
        campaign_id = run_campaign(library, registry, BRIEF)

        def over() -> bool:
            return not campaign_state(library, campaign_id, registry).jobs.keys() & {
                "queued", "waiting", "running", "interrupted",
            }  # fmt: skip

        first = start_engine(root)
        try:  # killed while creatives are being composed
            wait_until(
                lambda: any(job.step_key.startswith("compose/") and job.is_final
                            for job in library.jobs.list(campaign_id=campaign_id)),
                90.0, lambda: log_of(library),
            )  # fmt: skip
        finally:
            end_engine(first, signal.SIGKILL)
        with running_engine(root):
            wait_until(over, 90.0, lambda: log_of(library))
            state = campaign_state(library, campaign_id, registry)
            assert (state.status, state.missing) == ("ready", ()), state
            keys = [job.step_key for job in library.jobs.list(campaign_id=campaign_id)]
            assert len(keys) == len(set(keys))
            made = library.assets.count(AssetQuery(campaign_id=campaign_id, source="composed"))
            assert made == sum(bool(piece.size) for piece in state.pieces) == 4
            job, folder = export_campaign(library, campaign_id, tmp_path / "out")
            assert ended(library, job.id).status is JobStatus.SUCCEEDED
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["missing"] == []
        assert {item["path"].partition("/")[0] for item in manifest["files"]} >= {
            "google_rsa", "meta_feed", "wechat_article", "music",
        }  # fmt: skip
        assert library.assets.check().clean
