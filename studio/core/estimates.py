"""How long work takes, from what was measured on this machine: pure functions over plain values.

The store keeps ``(units, seconds)`` pairs under a key per generator, checkpoint, device and mode;
the engine writes them, and everybody (engine, window, command line) reads them through here.
Without history there is no estimate: ``None``, never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING

from generators.api import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from generators.api import JsonValue
    from generators.manifest import Manifest
    from studio.core.job import StepRequest

    Timings = Callable[[str], Sequence[tuple[float, float]]]

MAX_SAMPLES = 20
#: Units must differ by this factor before a fixed part and a part per unit can be told apart.
MIN_RATIO = 1.5
MAD_TO_SIGMA = 1.4826  # of a normal distribution
NATIVE_AREA = 512 * 512  # pixels that count as one image unit


@dataclass(frozen=True, slots=True)
class Estimate:
    """A duration in seconds, how far off it typically is (one sigma), and from how many samples."""

    seconds: float
    spread: float = 0.0
    samples: int = 0

    def __add__(self, other: Estimate) -> Estimate:
        """Add durations of independent work done one after another."""
        spread = (self.spread**2 + other.spread**2) ** 0.5
        return Estimate(self.seconds + other.seconds, spread, min(self.samples, other.samples))


def defaults_of(manifest: Manifest, mode: str) -> dict[str, JsonValue]:
    """Return the defaults of a mode, so that units count what a request leaves out."""
    return {spec.key: spec.default for spec in manifest.params_for(mode)}


def work_units(
    request: Request | StepRequest, defaults: Mapping[str, JsonValue] | None = None
) -> float:
    """Return how much work a request is.

    Text: new tokens x variants. Image: steps x images x (area / 512²). Audio: seconds x variations.
    Any other generator: its ``steps``, else 1. A campaign step: 1.

    Args:
        request: What is asked.
        defaults: Of the manifest's mode, for parameters that the request leaves out.
    """
    if not isinstance(request, Request):
        return 1.0
    params = {**(defaults or {}), **request.params}

    def number(key: str, otherwise: float = 1.0) -> float:
        value = params.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        return otherwise

    if "max_new_tokens" in params:
        return number("max_new_tokens") * number("num_return_sequences")
    if "num_inference_steps" in params:
        area = number("width", 512.0) * number("height", 512.0) / NATIVE_AREA
        return number("num_inference_steps") * number("num_images_per_prompt") * area
    if "duration" in params:
        return number("duration") * number("num_variations")
    return number("steps")


def run_key(request: Request | StepRequest, device: str) -> str:
    """Return the key under which run times of such requests are kept."""
    if not isinstance(request, Request):
        return f"run/step/{request.step}/cpu/"
    checkpoint = request.checkpoint.id if request.checkpoint else ""
    return f"run/{request.generator}/{checkpoint}/{device}/{request.mode}"


def load_key(checkpoint_id: str, device: str) -> str:
    """Return the key under which load times of a checkpoint are kept (units: GB)."""
    return f"load/{checkpoint_id}/{device}"


def estimate(units: float, history: Sequence[tuple[float, float]]) -> Estimate | None:
    """Return how long ``units`` of work take, or None without history.

    A median line through the samples (Theil-Sen): a fixed part plus a part per unit, so that one
    slow run does not spoil it. Where the samples' units hardly differ, the median rate.

    Args:
        units: Of the work to come.
        history: ``(units, seconds)``, newest first; ``MAX_SAMPLES`` are looked at.
    """
    samples = [(u, s) for u, s in history[:MAX_SAMPLES] if u > 0 and s >= 0]
    if not samples:
        return None
    fixed, rate = _line(samples)
    off = [abs(seconds - fixed - rate * done) for done, seconds in samples]
    seconds = fixed + rate * units
    typical = median(done for done, _ in samples)
    spread = MAD_TO_SIGMA * median(off) * max(1.0, units / typical)
    if len(samples) < 3:  # too few to know: say half
        spread = max(spread, seconds / 2)
    return Estimate(seconds, spread, len(samples))


def _line(samples: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return (fixed seconds, seconds per unit), neither negative."""
    low, high = min(u for u, _ in samples), max(u for u, _ in samples)
    if high >= low * MIN_RATIO:
        slopes = [(sb - sa) / (b - a) for (a, sa), (b, sb) in combinations(samples, 2) if a != b]
        rate = median(slopes)
        fixed = median(seconds - rate * done for done, seconds in samples)
        if rate > 0 and fixed >= 0:
            return fixed, rate
    return 0.0, median(seconds / done for done, seconds in samples)


def remaining(whole: Estimate | None, elapsed: float, done: float, total: float) -> Estimate | None:
    """Return the time left of a running job, or None when nothing is known yet.

    What was measured in this very run counts more the further it is; history helps at its start.

    Args:
        whole: Estimate of the whole run from history, or None.
        elapsed: Seconds since the run (not the load) began.
        done: As last reported.
        total: Likewise; 0 means unknown.
    """
    share = min(1.0, done / total) if total > 0 else 0.0
    measured = elapsed * (1 - share) / share if share > 0 and elapsed > 0 else None
    if whole is None:
        if measured is None:
            return None
        return Estimate(measured, measured / 2 * (1 - share), 1)
    by_history = max(0.0, whole.seconds * (1 - share) if share > 0 else whole.seconds - elapsed)
    if measured is None:
        return replace(whole, seconds=by_history)
    seconds = share * measured + (1 - share) * by_history
    return Estimate(seconds, whole.spread * (1 - share), whole.samples)


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One job as the time left of a queue sees it.

    Attributes:
        group: Worker group; groups work side by side, jobs of one group one after another.
        checkpoint_id: Empty for none.
        run: Time of the run, None when unknown.
        load: Time to load its checkpoint, None when unknown.
    """

    group: str = ""
    checkpoint_id: str = ""
    run: Estimate | None = None
    load: Estimate | None = None


def queue_item(
    request: Request | StepRequest,
    timings: Timings,
    *,
    device: str = "cpu",
    manifest: Manifest | None = None,
    checkpoint_gb: float = 1.0,
) -> QueueItem:
    """Return a job with its estimates looked up; ``timings`` is ``JobQueue.timings``."""
    history = timings(run_key(request, device))
    if not isinstance(request, Request):
        return QueueItem("steps", "", estimate(1.0, history))
    defaults = defaults_of(manifest, request.mode) if manifest else {}
    run = estimate(work_units(request, defaults), history)
    checkpoint = request.checkpoint
    group = manifest.worker_group(checkpoint.family if checkpoint else "") if manifest else ""
    if checkpoint is None:
        return QueueItem(group, "", run)
    load = estimate(max(checkpoint_gb, 1e-6), timings(load_key(checkpoint.id, device)))
    return QueueItem(group, checkpoint.id, run, load)


def queue_remaining(
    items: Iterable[QueueItem], resident: Iterable[str] = (), running: Iterable[Estimate] = ()
) -> Estimate | None:
    """Return the time until all of it is done, or None when no job's time is known.

    Each checkpoint that is not resident is loaded once (the engine batches by checkpoint). A job of
    unknown time counts as the median of the known ones.

    Args:
        items: Queued and waiting jobs.
        resident: Ids of checkpoints that are loaded.
        running: Time left of running jobs, one per worker group at most.
    """
    queued = list(items)
    known = [item.run.seconds for item in queued if item.run]
    left = max((item.seconds for item in running), default=0.0)
    if not known:
        return Estimate(left, left / 4, 1) if left and not queued else None
    usual = Estimate(median(known), median(known) / 2, 1)
    groups: dict[str, Estimate] = {}
    loaded = set(resident)
    nothing = Estimate(0.0, 0.0, MAX_SAMPLES)
    for item in queued:
        cost = item.run or usual
        if item.checkpoint_id and item.checkpoint_id not in loaded:
            loaded.add(item.checkpoint_id)
            cost += item.load or nothing
        groups[item.group] = groups.get(item.group, nothing) + cost
    slowest = max(groups.values(), key=lambda item: item.seconds)
    return replace(slowest, seconds=slowest.seconds + left)
