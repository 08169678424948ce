"""One attempt, from its request to its last message. The only place with a broad ``except``.

The memory ladder: out of memory, while loading or running, lets go of all other pipelines; then
the generator's memory levels are tried one after another; then this attempt alone fails, with
advice. Each try starts over, so artifacts are reported only when the whole attempt has worked.
"""

from __future__ import annotations

import json
import platform
import sys
import time
import traceback
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import Artifact, JobCancelled, JsonValue, Request, UserFacingError
from generators.protocol import Cancelled, Failed, Finished, Paused, Produced
from studio.worker import memory
from studio.worker.advice import is_out_of_memory, out_of_memory_advice
from studio.worker.context import JobContext
from studio.worker.faults import Faults
from studio.worker.loader import Loader
from studio.worker.outbox import Outbox
from studio.worker.pipelines import Key, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generators.api import Generator
    from generators.protocol import Configure, Run
    from studio.worker.channel import Channel
    from studio.worker.context import Attempt

FINETUNE = "finetune"
Closing = Finished | Failed | Cancelled | Paused


@dataclass
class _Result:
    artifacts: list[Artifact] = field(default_factory=list)
    execution: dict[str, JsonValue] = field(default_factory=dict)
    run_seconds: float = 0.0


class _TooLittleMemory(Exception):
    """The ladder's last rung did not hold; carries the last traceback and the advice."""

    def __init__(self, details: str, advice: str) -> None:
        self.details = details
        self.advice = advice
        super().__init__(advice)


class Runner:
    """Runs attempts on the main thread, and keeps what they loaded."""

    def __init__(self, configure: Configure, channel: Channel) -> None:
        self._configure = configure
        self._channel = channel
        self._outbox = Outbox(channel.send)
        self._faults = Faults(configure.faults, channel.silence)
        self._loader = Loader(configure, channel, self._faults, _release)

    def attempt(self, run: Run, attempt: Attempt) -> None:
        """Do one attempt; whatever happens, exactly one closing message is sent."""
        self._outbox.drop()
        self._loader.load_seconds = 0.0
        closing = self._outcome(run, attempt)  # by now no traceback holds a frame
        self._outbox.flush()
        self._channel.send(closing)
        if isinstance(closing, Failed) and closing.code == "bug":
            self._forget(run)
        if not isinstance(closing, Finished):
            memory.trim()

    def _outcome(self, run: Run, attempt: Attempt) -> Closing:
        token = attempt.token
        try:
            request = Request.from_json(run.request)
            context = self._context(run, attempt, request)
            if attempt.training:
                result = self._train(request, context)
            else:
                result = self._generate(request, context)
            for artifact in result.artifacts:
                self._channel.send(_produced(token, artifact))
            return Finished(token, result.execution, result.run_seconds, self._loader.load_seconds)
        except JobCancelled:
            return _stopped(attempt)
        except _TooLittleMemory as error:
            said = "There is too little memory for this."
            return Failed(token, "out_of_memory", said, error.advice, error.details)
        except UserFacingError as error:
            return Failed(token, "user", error.message, error.hint, _formatted(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a bug is reported whole
            return Failed(
                token,
                "bug",
                f"The generator has a bug: {type(error).__name__}: {error}"[:500],
                "The report in the details is for the generator's author.",
                _formatted(error),
            )

    def _context(self, run: Run, attempt: Attempt, request: Request) -> JobContext:
        staging = Path(run.staging)
        staging.mkdir(parents=True, exist_ok=True)
        context = JobContext(attempt, self._outbox, self._faults, staging)
        context.device, context.dtype = self._configure.device, self._configure.dtype
        context.memory_estimate = run.memory_estimate
        if run.checkpoints:
            context.checkpoints = Path(run.checkpoints)
        attempt.training = request.mode == FINETUNE
        return context

    def _generate(self, request: Request, context: JobContext) -> _Result:
        kind = self._loader.kind(request.generator)
        key = self._key(request)
        held = self._loader.held

        def once() -> _Result:
            pipeline = held.use(key) or self._loader.load(kind, key, request, context)
            context.memory_level = max(context.memory_level, pipeline.level)
            result = self._collect(lambda: pipeline.generator.run(request, context), context)
            result.execution = _execution(pipeline.generator, context)
            return result

        try:
            levels = partial(self._loader.levels, kind, request)
            return self._climb(once, request, context, key, levels)
        finally:
            held.touch(key)

    def _train(self, request: Request, context: JobContext) -> _Result:
        trainer = self._loader.kind(f"{request.generator}:trainer")()
        self._loader.unload_others(None)
        context.checkpoints.mkdir(parents=True, exist_ok=True)

        def once() -> _Result:
            result = self._collect(lambda: trainer.train(request, context), context)
            if context.pause_requested() and not result.artifacts:
                raise JobCancelled  # it wrote its state and left
            result.execution = _execution(trainer, context)
            return result

        levels = getattr(trainer, "memory_levels", ())
        return self._climb(once, request, context, None, lambda: levels)

    def _collect(self, start: Callable[[], Iterator[Artifact]], context: JobContext) -> _Result:
        context.phase = "running"
        began = time.monotonic()
        result = _Result()
        context.say("")  # a cancel while loading is heard before the first step
        self._faults.strike("run")
        work = start()
        try:
            for artifact in work:
                result.artifacts.append(context.settle(artifact))
                if context.attempt.stop:
                    raise JobCancelled
        finally:
            close = getattr(work, "close", None)
            if close is not None:
                close()
        result.run_seconds = time.monotonic() - began
        return result

    def _climb(
        self,
        once: Callable[[], _Result],
        request: Request,
        context: JobContext,
        key: Key | None,
        levels: Callable[[], tuple[str, ...]],
    ) -> _Result:
        while True:
            try:
                return once()
            except Exception as error:
                if not is_out_of_memory(error):  # every library has a class of its own for it
                    raise
                details = _formatted(error)
                _let_go_of_frames(error)
            memory.trim()
            way = self._next_rung(context, key, levels)
            if way is None:
                raise _TooLittleMemory(details, out_of_memory_advice(request))
            sys.stderr.write(f"out of memory; trying again: {way}\n{details}")
            context.start_over()
            context.say(f"Too little memory; trying again: {way}")

    def _next_rung(
        self, context: JobContext, key: Key | None, ways: Callable[[], tuple[str, ...]]
    ) -> str | None:
        if self._loader.unload_others(key):
            return "other checkpoints were unloaded"
        levels = ways()
        if context.memory_level < len(levels):
            context.memory_level += 1
            return levels[context.memory_level - 1]
        return None

    # what is held -------------------------------------------------------------------------------

    def seconds_to_idle(self) -> float | None:
        """Return when ``unload_idle`` will next have something to do; None for never."""
        return self._loader.held.seconds_to_idle()

    def unload_idle(self) -> None:
        """Let go of pipelines that were not used for long."""
        if self._loader.held.drop_idle():
            self._loader.returned()

    def unload(self, checkpoint_id: str) -> None:
        """Let go of the pipelines of a checkpoint, or of all; answered even if there was none."""
        if checkpoint_id:
            self._loader.held.drop_checkpoint(checkpoint_id)
        else:
            self._loader.held.drop_others()
        self._loader.returned()

    def probe(self) -> tuple[dict[str, JsonValue], ...]:
        """Import every entry; return the devices that they see."""
        devices: dict[str, dict[str, JsonValue]] = {}
        for name in self._configure.entries:
            try:
                kind = self._loader.kind(name)
                for item in kind.devices() if hasattr(kind, "devices") else ():
                    devices.setdefault(item.id, asdict(item))
            except Exception:  # noqa: BLE001 - one broken generator doesn't hide the others
                traceback.print_exc()
        return tuple(devices.values())

    def _key(self, request: Request) -> Key:
        return key_of(request, self._configure.device, self._configure.dtype)

    def _forget(self, run: Run) -> None:
        """After a bug, a pipeline may be in any state: load it anew next time."""
        try:
            key = self._key(Request.from_json(run.request))
        except Exception:  # noqa: BLE001 - the request itself was the bug
            return
        if self._loader.held.use(key):
            self._loader.held.drop(key)
            self._loader.returned()


def _release(generator: Generator) -> None:
    try:
        generator.unload()
    except Exception:  # noqa: BLE001 - it is let go of all the same
        traceback.print_exc()


def _produced(token: str, artifact: Artifact) -> Produced:
    facts = dict(artifact.metadata)
    return Produced(token, str(artifact.path), artifact.role, artifact.media_type, facts)


def _stopped(attempt: Attempt) -> Closing:
    if attempt.cancelled:
        return Cancelled(attempt.token)
    if attempt.paused or (attempt.training and attempt.leaving):
        return Paused(attempt.token)
    if attempt.leaving:
        return Cancelled(attempt.token)
    return Failed(attempt.token, "bug", "The generator stopped without being asked to.")


def _execution(worker: object, context: JobContext) -> dict[str, JsonValue]:
    own = getattr(worker, "execution_record", None)
    extra: Mapping[str, JsonValue] = own() if own is not None else {}
    record = {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "memory_level": context.memory_level,
        **extra,
    }
    json.dumps(record)  # what isn't JSON is the generator's bug, and is told as such
    return record


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that are imported."""
    found = {"python": platform.python_version()}
    for name, module in list(sys.modules.items()):
        if "." in name or name.startswith("_") or name in sys.stdlib_module_names:
            continue
        version = getattr(module, "__version__", None)
        if isinstance(version, str):
            found[name] = version
    return found


def _formatted(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _let_go_of_frames(error: BaseException | None) -> None:
    """Clear the frames that an error and its causes hold: they hold the tensors."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
