"""Campaigns, creatives, checkpoints, adapters, state; and how clients follow all changes."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.stores import add_asset, new_job, start

from studio.core.checkpoint import Adapter, Checkpoint
from studio.core.errors import NotFound
from studio.store import CampaignRecord, Changes, CreativeRecord, EngineState, Library


def test_campaigns_are_saved_whole(library: Library) -> None:
    record = CampaignRecord("k", "夏", brief={"a": [1]}, plan={"b": None}, data={"c": "\ud800"})
    saved = library.campaigns.save(record)
    assert replace(saved, created_at=0, updated_at=0, seq=0) == record
    again = library.campaigns.save(replace(saved, name="Summer", created_at=0.0))
    assert again.created_at == saved.created_at
    assert again.seq > saved.seq
    library.campaigns.save(CampaignRecord("l", "Later"))
    assert [item.id for item in library.campaigns.list()] == ["l", "k"]
    patched = library.campaigns.patch("k", {"status": "running", "d": 1})
    assert (patched.status, patched.data) == ("running", {"c": "\ud800", "d": 1})
    for call in (library.campaigns.get, library.campaigns.remove):
        with pytest.raises(NotFound):
            call("nobody")


def test_creatives_belong_to_a_campaign(library: Library) -> None:
    library.campaigns.save(CampaignRecord("k", "Summer"))
    items = [
        CreativeRecord("two", "k", "feed", 2, "1080x1080", "de", data={"layers": []}),
        CreativeRecord("one", "k", "feed", 1, status="approved"),
    ]
    saved = library.campaigns.save_creatives(items)
    assert [replace(item, seq=0) for item in saved] == items
    assert [item.id for item in library.campaigns.creatives("k")] == ["one", "two"]
    assert CreativeRecord.from_json(items[0].to_json()) == items[0]
    library.campaigns.save_creatives([replace(items[0], status="rejected")])
    assert library.campaigns.get_creative("two").status == "rejected"
    with pytest.raises(NotFound):
        library.campaigns.save_creatives([CreativeRecord("x", "nobody", "feed")])
    library.campaigns.remove_creative("one")
    since = library.sequence()
    library.campaigns.remove("k")
    removed = library.changes_since(since).removed
    assert removed == (("creatives", "two"), ("campaigns", "k"))
    with pytest.raises(NotFound):
        library.campaigns.get_creative("two")


def test_the_same_path_twice_is_one_checkpoint(library: Library, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    first = library.models.add(
        Checkpoint("", "Tiny", "fake", "text", "fake_a", "folder", str(there), 5,
                   languages=("en", "zh"), details={"size": 512}, commercial_use=False)
    )  # fmt: skip
    assert first.id
    assert first.added_at > 0
    assert not first.missing
    again = library.models.add(replace(first, id="other", name="Tiny 2"))
    assert (again.id, again.name, again.added_at) == (first.id, "Tiny 2", first.added_at)
    assert library.models.at_path(there) == again
    gone = library.models.add(Checkpoint("g", "gone", "b", "image", "f", "gguf", "/not/there"))
    assert gone.missing
    assert [item.id for item in library.models.list()] == ["g", first.id]
    assert library.models.list("image", "b") == [gone]
    assert library.models.list(generator="fake") == [again]
    assert library.models.update("g", licence="MIT", untrained=True).untrained
    with pytest.raises(TypeError):
        library.models.update("g", colour="red")
    library.models.remove("g")
    for call in (library.models.get, library.models.remove):
        with pytest.raises(NotFound):
            call("g")


def test_weights_in_a_folder_that_may_not_be_entered_are_missing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Path.exists() raises there, and no list of models could be shown."""
    library.models.add_adapter(Adapter("a", "Look", "image", "sd15", "/closed/a"))

    def refuse(_path: object, **_more: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert library.models.get_adapter("a").missing


def test_adapters(library: Library) -> None:
    saved = library.models.add_adapter(
        Adapter("a", "Look", "image", "sd15", "/a", commercial_use=False, trigger="sks")
    )
    assert saved.missing
    assert library.models.add_adapter(replace(saved, id="b")).id == "a"
    assert library.models.update_adapter("a", name="Better").name == "Better"
    assert library.models.adapters("image", "sd15") == [library.models.get_adapter("a")]
    assert library.models.adapters(family="sdxl") == []
    library.models.remove_adapter("a")
    for call in (library.models.get_adapter, library.models.remove_adapter):
        with pytest.raises(NotFound):
            call("a")


def test_state_by_key(library: Library) -> None:
    assert library.state.get("x") is None
    assert library.state.get("x", 5) == 5
    library.state.set("x", {"a": [1, None]})
    assert library.state.get("x") == {"a": [1, None]}
    library.state.set("x", None)
    assert library.state.get("x", 5) == 5


def test_what_the_engine_says_about_itself(library: Library) -> None:
    assert library.state.engine_state() == EngineState()
    state = EngineState(12, "running", "Loading", "cuda:0", ("c1", "c2"), 1 << 33, 5.0)
    library.state.set_engine_state(state)
    assert library.state.engine_state() == state
    library.state.set_engine_state(replace(state, pid=13))
    assert library.state.engine_state().pid == 13


def test_changes_name_everything_once(library: Library, root: Path) -> None:
    with Library.open(root) as other:
        since, version = other.sequence(), other.data_version()
        assert other.changes_since(since) == Changes(since)
        library.jobs.enqueue([new_job("a"), new_job("b")])
        library.jobs.report(start(library, "a").token, done=1)
        asset = add_asset(library)
        library.assets.update(asset.id, rating=1)
        library.campaigns.save(CampaignRecord("k", "Summer"))
        library.campaigns.save_creatives([CreativeRecord("c", "k", "feed")])
        assert other.data_version() != version
        changes = other.changes_since(since)
        assert changes == Changes(
            library.sequence(), ("b", "a"), ("a",), (asset.id,), campaigns=("k",)
        )
        for write, flag in (
            (library.jobs.pause_queue, "state"),
            (lambda: library.state.set_engine_state(EngineState()), "state"),
            (lambda: library.assets.create_board("B"), "boards"),
            (lambda: library.models.add_adapter(Adapter("x", "L", "i", "f", "/x")), "models"),
            (lambda: library.models.remove_adapter("x"), "models"),
        ):
            since = other.sequence()
            write()
            changes = other.changes_since(since)
            assert getattr(changes, flag)
            assert not (changes.jobs)
            assert not (changes.assets)
            assert not (changes.campaigns)
            assert not (changes.more)


def test_changes_come_in_parts_without_loss(library: Library) -> None:
    library.jobs.enqueue([new_job(f"job{number}") for number in range(25)])
    add_asset(library)
    seen: list[str] = []
    seq, parts, assets = 0, 0, 0
    while True:
        changes = library.changes_since(seq, limit=7)
        assert len(changes.jobs) + len(changes.assets) <= 7
        seen += changes.jobs
        assets += len(changes.assets)
        seq, parts = changes.seq, parts + 1
        if not changes.more:
            break
    assert (seq, parts, assets) == (library.sequence(), 4, 1)
    assert seen == [f"job{number}" for number in range(25)]


def test_history_cannot_be_rewritten(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    for sql in (
        "UPDATE job_events SET reason = 'x'",
        "DELETE FROM job_events",
        "DELETE FROM jobs",
        "UPDATE jobs SET title = 'x'",  # without a new sequence number
        "UPDATE jobs SET status = 'succeeded', seq = seq + 1, finished_at = 1",  # not a legal move
        "UPDATE jobs SET status = 'running', seq = seq + 1, attempt = 1, started_at = 1",
        "UPDATE jobs SET token = 'x', seq = seq + 1",
        "UPDATE sequence SET value = 0",
    ):
        with pytest.raises(Exception, match=r"(?i)history|constraint|must rise|sequence|move"):
            library._db.rows(sql)
