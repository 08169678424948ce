"""A campaign and a single picture with a checkpoint that declares its words, by real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from helpers.campaigns import SAMPLE
from helpers.engines import log_of, running_engine
from helpers.played_plugin import add_played_checkpoints, install_played
from helpers.vocabularies import tiny_starter, words
from helpers.waiting import wait_until

from generators.registry import Registry
from studio.core.asset import AssetQuery
from studio.core.campaign import Music
from studio.services.brief import load_brief
from studio.services.campaigns import campaign_state, run_campaign
from studio.services.checkpoints.catalogue import add_weights
from studio.services.vocabulary.reading import read_prompt
from studio.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BRIEF = replace(
    load_brief(SAMPLE / "brief.toml"),
    placements=("meta_feed", "wechat_article"),
    sizes={"meta_feed": ("1080x1350",)},
    music=Music(wanted=False),
    checkpoints={"image": "Tiny starter"},
)
BUSY = {"queued", "waiting", "running", "interrupted"}


def test_pictures_are_asked_for_in_the_words_and_sizes_of_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, root = tmp_path / "site", tmp_path / "library"
    install_played(site)
    monkeypatch.syspath_prepend(str(site))
    known = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(item for item in (str(site), known) if item))
    registry = Registry.discover()
    with Library.open(root) as library:
        add_played_checkpoints(library)
        add_weights(library, registry, tiny_starter(tmp_path / "starter"), name="Tiny starter")
        campaign_id = run_campaign(library, registry, BRIEF)
        with running_engine(root):
            wait_until(
                lambda: not campaign_state(library, campaign_id, registry).jobs.keys() & BUSY,
                120.0,
                lambda: log_of(library),
            )
        state = campaign_state(library, campaign_id, registry)
        assert (state.status, state.missing) == ("ready", ()), state
        query = AssetQuery(campaign_id=campaign_id, modality="image")
        made = [
            item for item in library.assets.page(query, limit=50)
            if item.recipe and item.recipe.request.generator == "image_diffusion"
        ]  # fmt: skip
        prompts = {str(item.recipe.request.params["prompt"]) for item in made if item.recipe}
        assert len(made) == 4
        assert len(prompts) == 2  # one a variant: room at the left of the first, none in the second
        assert not [prompt for prompt in prompts if read_prompt(words(), prompt).unknown]
        notes = {note for item in made if item.recipe for note in item.recipe.notes}
        assert {note.partition(",")[0] for note in notes} == {
            "made at 160×128",
            "made at 224×96",
            "made at 128×128",
        }  # of the parts of the layouts that show them
        said = command(root, "generate", "image", "red bicycle", "--checkpoint", "Tiny starter",
                       "--no-wait")  # fmt: skip
        assert "This checkpoint does not know “bicycle”. Nearest: car." in said.stderr
        info = command(root, "models", "info", "Tiny starter")
        assert "water bottle / 水瓶" in info.stdout
        data = json.loads(command(root, "models", "info", "Tiny starter", "--json").stdout)
        assert len(data["vocabulary"]["subject"]) >= 60


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line on a library; no engine is left behind."""
    return subprocess.run(
        [sys.executable, "-m", "studio", "--library", str(root), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
