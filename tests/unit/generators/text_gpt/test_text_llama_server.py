"""llama.cpp inside the worker: no door, our own signals, cancel while it reads a long prompt."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import psutil
import pytest
from helpers.tiny_text import make_gguf, reference
from helpers.waiting import wait_until

from generators.api import InvalidParameter, JobCancelled
from generators.testing import RecordingContext
from generators.text_gpt import llama_server
from generators.text_gpt.backend import Ask, Sampling, Watch
from generators.text_gpt.llama_backend import LlamaBackend, _Batch, runs


@pytest.fixture(scope="module")
def gguf_file(tmp_path_factory):
    return make_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


@pytest.fixture
def backend(gguf_file, tmp_path):
    loaded = LlamaBackend.load(reference(gguf_file), "cpu", RecordingContext(tmp_path))
    yield loaded
    loaded.unload()


def test_nothing_can_reach_the_model_from_outside(backend):
    listening = [
        item for item in psutil.Process().net_connections("inet") if item.status == "LISTEN"
    ]
    assert listening == []
    assert list(Path(tempfile.gettempdir()).glob(f"brandloom-*/{os.getpid()}*")) == []
    address = backend.server.listening_address
    assert address.startswith("unix://")
    assert not Path(address.removeprefix("unix://")).exists()
    assert not Path(address.removeprefix("unix://")).parent.exists()


def test_sigterm_still_reaches_our_handler(gguf_file, tmp_path):
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    try:
        loaded = LlamaBackend.load(reference(gguf_file), "cpu", RecordingContext(tmp_path))
        os.kill(os.getpid(), signal.SIGTERM)
        wait_until(lambda: bool(heard))
        loaded.unload()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]


def test_a_cancel_while_loading_comes_through(gguf_file, tmp_path):
    context = RecordingContext(tmp_path, cancel_at=2)
    with pytest.raises(JobCancelled):
        LlamaBackend.load(reference(gguf_file), "cpu", context)


def test_a_cancel_while_a_long_prompt_is_read(backend):
    asked: list[float] = []

    def tick(done: float, _total: float) -> None:
        asked.append(done)
        if 0 < done < 0.1:  # part of the prompt is read, nothing is written
            raise JobCancelled

    ask = Ask((("user", "coffee " * 60),), 1)
    with pytest.raises(JobCancelled):
        backend.complete([ask], Sampling(max_new_tokens=20), Watch(tick))
    assert backend.complete([ask], Sampling(max_new_tokens=2), Watch(lambda _d, _t: None))


def test_variants_together_are_those_of_their_seeds_alone(backend):
    asks = [Ask((("user", "coffee"),), seed) for seed in (7, 8, 9)]
    sampling, watch = Sampling(max_new_tokens=12), Watch(lambda _done, _total: None)
    together = backend.complete(asks, sampling, watch)
    alone = [backend.complete([ask], sampling, watch)[0] for ask in asks]
    assert [item.text for item in together] == [item.text for item in alone]
    assert len({item.text for item in together}) == 3


@pytest.mark.parametrize(("longest", "together"), [(62, 8), (200, 2), (600, 1)])
def test_variants_that_fill_the_context_together_are_written_in_groups(
    longest, together, backend, monkeypatch
):
    """The context of 512 tokens holds what is written side by side: 8 × 62, but not 8 × 200."""
    asked: list[tuple[int, int]] = []
    stream = llama_server.stream

    def counted(call, body, receive):
        stream(call, body, receive)
        asked.append((body["seed"], body["n"]))

    monkeypatch.setattr(llama_server, "stream", counted)
    asks = [Ask((("user", "coffee"),), seed) for seed in range(7, 15)]
    sampling = Sampling(max_new_tokens=longest, ignore_eos=True)
    told: list[float] = []
    texts = [""] * len(asks)

    def text(index: int, piece: str) -> None:
        texts[index] += piece

    found = backend.complete(asks, sampling, Watch(lambda done, _total: told.append(done), text))
    assert asked == [(seed, together) for seed in range(7, 15, together)]
    assert [item.text for item in found] == texts
    assert len(set(texts)) == 8
    assert told == sorted(told)


def test_a_context_that_fills_up_while_writing_is_no_bug(backend):
    batch = _Batch(
        backend, [Ask((("user", "a"),), 1)], 0, 1, Sampling(), Watch(lambda _done, _total: None)
    )
    said = {"code": 500, "message": "Context size has been exceeded.", "type": "server_error"}
    with pytest.raises(InvalidParameter, match="512"):
        batch._receive({"error": said})


def test_memory_comes_back_and_a_smaller_way_holds_less(gguf_file, tmp_path):
    context = RecordingContext(tmp_path)
    small = LlamaBackend.load(
        reference(gguf_file), "cpu", RecordingContext(tmp_path, memory_level=1)
    )
    large = LlamaBackend.load(reference(gguf_file), "cpu", context)
    assert small.batch == 1
    assert 0 < small.memory_bytes() <= large.memory_bytes()
    threads = psutil.Process().num_threads()
    large.unload()
    small.unload()
    assert large.memory_bytes() == 0
    assert psutil.Process().num_threads() < threads


def test_asks_with_one_prompt_and_seeds_in_a_row_go_together():
    one, other = (("user", "a"),), (("user", "b"),)
    asks = [Ask(one, 1), Ask(one, 2), Ask(one, 4), Ask(other, 5), Ask(other, 6)]
    assert runs(asks) == [(0, 2), (2, 3), (3, 5)]


def test_a_model_that_is_let_go_of_at_once_ends(gguf_file, tmp_path):
    for _ in range(20):
        LlamaBackend.load(reference(gguf_file), "cpu", RecordingContext(tmp_path)).unload()
