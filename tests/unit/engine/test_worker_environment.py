"""What a worker's environment says, and who has the last word on it."""

from __future__ import annotations

from studio.engine.executors.local import LARGE_PAGES, SPINS, worker_environment


def test_threads_spin_for_a_moment_unless_a_person_said_otherwise(monkeypatch):
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    made = worker_environment()
    assert 0 < int(SPINS) < 300_000  # libgomp's own
    assert made["GOMP_SPINCOUNT"] == SPINS
    assert made["OMP_NUM_THREADS"] == "3"
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    assert worker_environment()["GOMP_SPINCOUNT"] == "7"


def test_memory_comes_in_large_pages_unless_a_person_said_otherwise(monkeypatch):
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    assert worker_environment()["GLIBC_TUNABLES"] == LARGE_PAGES
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=3")
    assert worker_environment()["GLIBC_TUNABLES"] == "glibc.malloc.check=3"
