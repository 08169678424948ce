"""What is left behind on disk and must not be: staging folders, half-moved files, old logs."""

from __future__ import annotations

import json
import logging
import re
import shutil
import time
from typing import TYPE_CHECKING

from studio.core.paths import IMPORT_PREFIX
from studio.engine.commit import MOVING

if TYPE_CHECKING:
    from pathlib import Path

    from studio.store.library import Library

log = logging.getLogger(__name__)
JOB_LOGS_KEPT = 500
FOREIGN_AGE = 3600.0  # seconds; what a client has in staging is left alone for so long
_SHA256 = re.compile(r"[0-9a-f]{64}")
STOPPED = "The engine was ended; the job was put back into the queue."


def recover(library: Library) -> int:
    """Put right what an engine that is gone left behind; return how many jobs were put back.

    Call it while holding the engine's lock: nothing of another engine is alive then, and what an
    orphaned worker still writes carries a token that is void from here on.

    Raises:
        DiskFull: There is no room to write; what was done stays done.
    """
    running = library.jobs.running()
    for job in running:
        library.jobs.requeue(job.token, STOPPED, counts_as_death=False)
    if library.paths.staging.is_dir():
        for item in sorted(library.paths.staging.iterdir()):
            _clear(library, item)
    library.jobs.release_waiting()
    _trim_logs(library.paths.logs / "jobs")
    _forget_trainings(library)
    return len(running)


def _clear(library: Library, item: Path) -> None:
    foreign = item.name.startswith(IMPORT_PREFIX) or not item.is_dir()
    if foreign and time.time() - item.stat().st_mtime <= FOREIGN_AGE:
        return
    if item.is_dir():
        for sha256 in moved_from(item):  # for a transaction that never came
            take_back(library, sha256)
        shutil.rmtree(item, ignore_errors=True)
    else:
        item.unlink(missing_ok=True)


def moved_from(staging: Path) -> list[str]:
    """Return the hashes of files that an attempt was to move into place (some may not be)."""
    try:
        hashes = json.loads((staging / MOVING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    found = hashes if isinstance(hashes, list) else []
    return [item for item in found if isinstance(item, str) and _SHA256.fullmatch(item)]


def take_back(library: Library, sha256: str) -> None:
    """Delete a stored file unless an asset names it."""
    if library.assets.by_sha(sha256):
        return
    for path in (library.paths.assets / sha256[:2]).glob(f"{sha256}*"):
        log.info("took away %s, which no asset names", path.name)
        path.unlink(missing_ok=True)


def forget_staging(staging: Path) -> None:
    """Delete the folder of an attempt that is over."""
    shutil.rmtree(staging, ignore_errors=True)


def _trim_logs(folder: Path) -> None:
    if not folder.is_dir():
        return
    logs = sorted(folder.glob("*.log"), key=lambda item: item.name)  # ids sort by time
    for item in logs[:-JOB_LOGS_KEPT]:
        item.unlink(missing_ok=True)


def _forget_trainings(library: Library) -> None:
    """Delete the saved state of fine-tunes that have ended for good."""
    folder = library.paths.root / "training"
    if not folder.is_dir():
        return
    ids = [item.name for item in folder.iterdir()]
    for job in library.jobs.get_many(ids):
        if job.is_final:
            shutil.rmtree(folder / job.id, ignore_errors=True)
