"""``studio campaign …``: what its exit code and its JSON say when nothing came of it."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from dataclasses import replace

import pytest
from helpers import campaigns as played
from helpers.campaigns import SAMPLE, TinyEngine, add_checkpoints

from generators.registry import Registry
from studio.cli import campaign
from studio.cli.context import Cli
from studio.core.errors import UserFacingError
from studio.services.brief import load_brief
from studio.services.campaigns import run_campaign
from studio.store.library import Library

REGISTRY = Registry.discover()
FEED = "meta_feed/1080x1080/en/1"
SMALL = replace(
    load_brief(SAMPLE / "brief.toml"),
    placements=("meta_feed",),
    sizes={"meta_feed": ("1080x1080",)},
    variants=1,
)


class PlayedCli(Cli):
    """A call whose engine is played in this process; ``fail`` says which of its jobs fail."""

    fail: dict[str, str] = {}  # noqa: RUF012 - set for each test

    def start_engine(self) -> None:
        with Library.open(self.root) as other:  # a call sees only what others change
            TinyEngine(other, self.fail).run()


@pytest.fixture
def cli(tmp_path):
    with Library.open(tmp_path / "library") as library:
        add_checkpoints(library)
        run_campaign(library, REGISTRY, SMALL)
        TinyEngine(library).run()
    call = PlayedCli(tmp_path / "library", as_json=True)
    yield call
    call.close()


def options(cli, **more):
    (record,) = cli.library.campaigns.list()
    return Namespace(campaign=record.id, **more)


def remade(cli, what):
    return campaign.make_again(cli, options(cli, creative=FEED, what=what, missing=False))


def remade_missing(cli):
    return campaign.make_again(cli, options(cli, creative="", what="", missing=True))


def delete_picture(cli):
    """Delete the campaign's only picture, as a person who tidies the library up."""
    (record,) = cli.library.campaigns.list()
    (creative,) = cli.library.campaigns.creatives(record.id)
    cli.library.assets.trash([creative.data["asset_id"]])
    cli.library.assets.empty_trash()


def test_what_is_missing_is_remade(cli, capsys):
    assert remade_missing(cli) == 0
    assert "Nothing is missing." in capsys.readouterr().err
    delete_picture(cli)
    cli.fail = {"compose": "No room."}
    assert remade_missing(cli) == 1
    assert json.loads(capsys.readouterr().out)["missing"][0]["piece"] == FEED
    cli.fail = {}
    assert remade_missing(cli) == 0
    assert json.loads(capsys.readouterr().out)["missing"] == []


@pytest.mark.parametrize(
    "told",
    [(FEED, "", False), ("", "", False), (FEED, "copy", True), ("music", "copy", False),
     ("music", "", True)],
)  # fmt: skip
def test_a_remake_of_nothing_in_particular_is_refused(cli, told):
    named = dict(zip(("creative", "what", "missing"), told, strict=True))
    with pytest.raises(UserFacingError, match="Say what to remake"):
        campaign.make_again(cli, options(cli, **named))


def test_the_parser_takes_both_forms_of_a_remake():
    parser = argparse.ArgumentParser()
    common = argparse.ArgumentParser(add_help=False)
    campaign.add_parser(parser.add_subparsers(), common)
    one = parser.parse_args(["campaign", "remake", "X", FEED, "copy"])
    assert (one.creative, one.what, one.missing) == (FEED, "copy", False)
    every = parser.parse_args(["campaign", "remake", "X", "--missing"])
    assert (every.creative, every.what, every.missing) == ("", "", True)


def test_a_piece_that_stays_missing_exits_1(cli, capsys):
    (record,) = cli.library.campaigns.list()
    (creative,) = cli.library.campaigns.creatives(record.id)
    cli.library.campaigns.remove_creative(creative.id)
    cli.fail = {"visual": "Out of order."}
    assert remade(cli, "visual") == 1
    assert "Not remade. No visual: Out of order." in capsys.readouterr().err
    cli.fail = {}
    assert remade(cli, "visual") == 0


@pytest.mark.parametrize("what", ["copy", "visual"])
def test_a_remake_that_worked(cli, capsys, what):
    assert remade(cli, what) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "ready"


def test_the_music_alone_is_remade(cli, capsys):
    told = options(cli, creative="music", what="", missing=False)
    cli.fail = {"music": "Out of order."}
    assert campaign.make_again(cli, told) == 1
    assert "Not remade. " in capsys.readouterr().err
    cli.fail = {}
    assert campaign.make_again(cli, told) == 0
    keys = {job.step_key for job in cli.library.jobs.list() if job.step_key.startswith("music")}
    assert keys == {"music", "music@1", "music@2"}
    assert json.loads(capsys.readouterr().out)["status"] == "ready"


@pytest.mark.parametrize("what", ["copy", "visual"])
def test_a_remake_that_failed_exits_1(cli, capsys, what):
    cli.fail = {what: "Out of order."}
    assert remade(cli, what) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["status"] == "ready"  # what was there before stays
    assert "Not remade. " in said.err
    assert "Out of order." in said.err
    cli.fail = {}
    assert remade(cli, what) == 0


def test_a_remake_without_a_candidate_exits_1_every_time(cli, capsys, monkeypatch):
    answer = [(b"{}", "application/json")]
    with monkeypatch.context() as patched:
        patched.setitem(played.ANSWERS, "text_gpt", lambda *_: answer)
        for _ in range(2):  # the second note of it reads like the first
            assert remade(cli, "copy") == 1
            assert "Not remade. No candidate: " in capsys.readouterr().err
    assert remade(cli, "copy") == 0


def test_an_export_that_failed_says_so_in_json(cli, capsys, tmp_path):
    told = options(cli, folder=str(tmp_path / "out"), drafts=False)  # nothing is approved
    assert campaign.export(cli, told) == 1
    job = json.loads(capsys.readouterr().out)
    assert (job["status"], job["reason"]) == ("failed", "There is nothing to export.")


def test_an_export_that_worked(cli, capsys, tmp_path):
    told = options(cli, folder=str(tmp_path / "out"), drafts=True)
    assert campaign.export(cli, told) == 0
    assert json.loads(capsys.readouterr().out)["files"]


def test_a_run_whose_export_failed_says_why(cli, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(campaign, "load_brief", lambda _path: SMALL)
    cli.fail = {"export/": "No room."}
    told = Namespace(brief=tmp_path, no_wait=False, export=str(tmp_path / "out"))
    assert campaign.run(cli, told) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["export"], said["export_job"]["reason"]) == ({}, "No room.")


def test_the_words_of_an_export_count_what_was_left_out():
    left = [{"piece": str(n), "status": s} for n, s in enumerate(("draft", "rejected", "draft"))]
    told = campaign.describe_export({"folder": "x", "files": 3, "left_out": left})
    assert "3 left out (2 draft, 1 rejected)" in told
