"""What a generator sees: files stay in staging, reports are thinned, cancel is heard at once."""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.waiting import wait_until

from generators.api import Artifact, JobCancelled
from generators.media import FOLDER
from generators.protocol import Message, Preview, Progress, Stream
from studio.worker.context import Attempt, JobContext
from studio.worker.faults import Faults
from studio.worker.outbox import INTERVAL, Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture
def sent() -> list[tuple[float, Message]]:
    return []


@pytest.fixture
def outbox(sent: list[tuple[float, Message]]) -> Outbox:
    return Outbox(lambda message: sent.append((time.monotonic(), message)))


@pytest.fixture
def context(outbox: Outbox, tmp_path: Path) -> JobContext:
    staging = tmp_path / "staging"
    staging.mkdir()
    return JobContext(Attempt("t"), outbox, Faults({}, lambda: None), staging)


def test_saved_bytes_are_an_artifact(context: JobContext) -> None:
    first = context.save(PNG, "image", {"seed": 3})
    second = context.save(b"Guten Tag", "text")
    assert (first.media_type, first.path.suffix, first.metadata) == (
        "image/png",
        ".png",
        {"seed": 3},
    )
    assert (second.media_type, second.path.read_text()) == ("text/plain", "Guten Tag")
    assert first.path.parent == second.path.parent == context.staging
    assert context.save(b"{}", "text", media_type="text/plain").media_type == "text/plain"


def test_a_saved_path_is_taken_where_it_lies(context: JobContext) -> None:
    path = context.staging / "deep" / "picture.bin"
    path.parent.mkdir()
    path.write_bytes(PNG)
    artifact = context.save(path, "image")
    assert (artifact.path, artifact.media_type) == (path.resolve(), "image/png")
    folder = context.save(path.parent, "adapter")
    assert folder.media_type == FOLDER
    assert context.settle(folder).path == path.parent.resolve()


def outside(context: JobContext) -> list[Path]:
    """Paths that are not in staging, one of them by a link."""
    elsewhere = context.staging.parent / "elsewhere.txt"
    elsewhere.write_text("private")
    link = context.staging / "link.txt"
    link.symlink_to(elsewhere)
    return [elsewhere, context.staging / ".." / "elsewhere.txt", link, context.staging, Path("/")]


@pytest.mark.parametrize("how", ["save", "settle", "preview"])
def test_paths_outside_staging_are_refused(context: JobContext, how: str) -> None:
    calls: dict[str, Callable[[Path], object]] = {
        "save": lambda path: context.save(path, "text"),
        "settle": lambda path: context.settle(Artifact(path, "text", "text/plain")),
        "preview": context.preview,
    }
    for path in outside(context):
        with pytest.raises(ValueError, match="outside the staging folder"):
            calls[how](path)


def test_an_artifact_that_is_not_there(context: JobContext) -> None:
    with pytest.raises(FileNotFoundError):
        context.settle(Artifact(context.staging / "gone.txt", "text", "text/plain"))


def test_metadata_must_be_json(context: JobContext) -> None:
    with pytest.raises(TypeError, match="JSON"):
        context.save(b"x", "text", {"seed": {1, 2}})
    assert list(context.staging.iterdir()) == []


def test_every_artifact_is_fsynced_once(
    context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fsync

    def fsync(file: int) -> None:
        synced.append(os.fstat(file).st_ino)
        real(file)

    monkeypatch.setattr(os, "fsync", fsync)
    saved = context.save(b"one", "text")
    context.settle(saved)
    own = context.staging / "own.txt"
    own.write_text("two")
    context.settle(Artifact(own, "text", "text/plain"))
    assert synced == [saved.path.stat().st_ino, own.stat().st_ino]


def test_starting_over_keeps_training_state_only(context: JobContext) -> None:
    context.checkpoints.mkdir()
    (context.checkpoints / "state").write_text("kept")
    saved = context.save(b"gone", "text")
    (context.staging / "folder").mkdir()
    (context.staging / "folder" / "file").write_text("gone")
    context.start_over()
    assert list(context.staging.iterdir()) == [context.checkpoints]
    assert context.save(b"new", "text").path != saved.path


def test_cancel_is_heard_at_every_call(context: JobContext) -> None:
    context.progress(1, 2)
    context.attempt.cancelled = True
    for _ in range(3):
        with pytest.raises(JobCancelled):
            context.progress(1, 2)


@pytest.mark.parametrize(
    ("training", "flag", "stops"),
    [
        (False, "cancelled", True),
        (False, "paused", True),
        (False, "leaving", True),
        (True, "cancelled", True),
        (True, "paused", False),
        (True, "leaving", False),
    ],
)
def test_a_trainer_stops_by_itself_when_asked_to_pause(
    context: JobContext, training: bool, flag: str, stops: bool
) -> None:
    context.attempt.training = training
    setattr(context.attempt, flag, True)
    assert context.attempt.stop is stops
    assert context.pause_requested() is (flag != "cancelled")


def test_the_first_report_goes_at_once_and_the_last_is_not_lost(
    context: JobContext, sent: list[tuple[float, Message]]
) -> None:
    began = time.monotonic()
    context.progress(0, 9, "first")
    wait_until(lambda: sent, 2)
    assert sent[0][0] - began < INTERVAL
    for done in range(1, 10):
        context.progress(done, 9)
    newest = Progress("t", 9.0, 9.0, "", "running")
    wait_until(lambda: sent[-1][1] == newest, 5)  # nobody calls any more; it still comes
    times = [at for at, _ in sent]
    assert min(after - before for before, after in pairwise(times)) >= INTERVAL * 0.9


def test_text_is_gathered_and_nothing_of_it_lost(
    context: JobContext, outbox: Outbox, sent: list[tuple[float, Message]]
) -> None:
    for letter in "hello 🍞":
        context.stream(letter)
    context.stream("")
    context.preview(context.staging / "p.png")
    outbox.flush()
    messages = [message for _, message in sent]
    assert "".join(item.text for item in messages if isinstance(item, Stream)) == "hello 🍞"
    assert [item.path for item in messages if isinstance(item, Preview)] == [
        str((context.staging / "p.png").resolve())
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_within_a_folder_is_not_followed_out_by_start_over(context: JobContext) -> None:
    kept = context.staging.parent / "kept"
    kept.mkdir()
    (kept / "file").write_text("kept")
    (context.staging / "link").symlink_to(kept, target_is_directory=True)
    context.start_over()
    assert (kept / "file").read_text() == "kept"
