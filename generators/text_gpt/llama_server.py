"""Starts and stops llama.cpp inside this process, with no door to it from outside.

xllamacpp's ``Server`` always opens a listening socket and takes over SIGINT and SIGTERM. Here the
socket is a Unix one in a private folder that is removed at once (on Windows a loopback port behind
a random key), and the signal handlers are put back. An exception in its callback is swallowed, so
``stream`` keeps it, stops by the return value, and raises it afterwards.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.api import CheckpointError, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POLL_SECONDS = 0.1  # between two looks at a model that loads
_SIGACTION_BYTES = 1024  # more than struct sigaction has on any platform


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How a model is run.

    Attributes:
        context: Tokens of all sequences together (their shared beginning counts once).
        sequences: How many are decoded together.
        prompt_batch: Tokens of prompt between two chances to cancel.
        threads: For prompts, and for several answers together.
        threads_alone: For a single answer.
        chat_template: In place of the file's own, where not empty.
    """

    path: Path
    context: int
    sequences: int
    prompt_batch: int
    threads: int
    threads_alone: int
    chat_template: str = ""


def start(options: ServerOptions, progress: Callable[[], None]) -> Any:  # noqa: ANN401 - untyped library
    """Load a model; ``progress`` is called meanwhile and may raise JobCancelled.

    Raises:
        CheckpointError: llama.cpp can't load it.
        OutOfMemory: It doesn't fit.
    """
    # Without this, threads that wait at a barrier spin for long, and beside another busy process a
    # token takes a hundred times as long. libgomp reads it once, when it is first loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "5000")
    import xllamacpp

    result: list[Any] = []

    def load() -> None:
        try:
            with _signals_kept():
                result.append(_construct(xllamacpp, options))
        except (RuntimeError, MemoryError, OSError) as error:
            result.append(error)

    thread = threading.Thread(target=load, name="llama-load", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            progress()
            thread.join(POLL_SECONDS)
    except BaseException:
        threading.Thread(target=_abandon, args=(thread, result), daemon=True).start()
        raise
    if isinstance(result[0], MemoryError):
        raise OutOfMemory(str(result[0]))
    if isinstance(result[0], Exception):
        raise CheckpointError(
            f"llama.cpp cannot load {options.path.name}.",
            "Its architecture may be too new, or the file damaged; the job's log says more.",
        ) from result[0]
    return result[0]


def _abandon(thread: threading.Thread, result: list[Any]) -> None:
    thread.join()
    result.clear()


def _construct(library: Any, options: ServerOptions) -> Any:  # noqa: ANN401 - untyped library
    params = library.CommonParams()
    params.model.path = str(options.path)
    params.n_ctx = options.context
    params.n_parallel = options.sequences
    params.kv_unified = True  # sequences share the memory of their common beginning
    params.n_batch = params.n_ubatch = options.prompt_batch
    params.cpuparams.n_threads = options.threads_alone
    params.cpuparams_batch.n_threads = options.threads
    params.chat_template = options.chat_template
    params.verbosity = 0  # errors only
    params.warmup = params.ui = params.endpoint_slots = False
    params.cache_ram_mib = 0  # no second copy of old prompts
    params.n_threads_http = 1
    with _closed_door(params):
        server = library.Server(params)
    # The constructor returns (and /health answers) before the server's loop has begun, and one that
    # is ended in between waits for that loop for ever. An answer proves that the loop runs; it
    # also touches the weights once, as a warm-up.
    server.handle_completions({"prompt": "a", "max_tokens": 1, "cache_prompt": False})
    return server


@contextmanager
def _closed_door(params: Any) -> Iterator[None]:  # noqa: ANN401 - untyped library
    params.api_keys = [secrets.token_hex(32)]
    if sys.platform == "win32":
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="brandloom-"))  # only this user may enter
    try:
        params.hostnames = [str(folder / "s.sock")]
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a socket without a name can't be reached


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Put back the handlers of SIGINT and SIGTERM (Python's own way works on one thread only)."""
    if sys.platform == "win32":
        yield
        return
    library = ctypes.CDLL(None)
    numbers = (signal.SIGINT, signal.SIGTERM)
    saved = {number: ctypes.create_string_buffer(_SIGACTION_BYTES) for number in numbers}
    for number, buffer in saved.items():
        library.sigaction(int(number), None, buffer)
    try:
        yield
    finally:
        for number, buffer in saved.items():
            library.sigaction(int(number), buffer, None)


def stream(
    call: Callable[..., object], body: Mapping[str, Any], receive: Callable[[Any], None]
) -> None:
    """Send one request; ``receive`` gets each event, and ends it by raising anything.

    Args:
        call: ``server.handle_chat_completions`` or ``server.handle_completions``.
        body: The request, as llama.cpp's server reads it.
        receive: Gets each event; raising ends the request.
    """
    stopped: list[BaseException] = []

    def callback(event: Any) -> bool:  # noqa: ANN401 - JSON
        try:
            receive(event)
        except BaseException as error:  # noqa: BLE001 - the library would swallow it
            stopped.append(error)
            return True
        return False

    call(dict(body), callback)
    if stopped:
        raise stopped[0]
