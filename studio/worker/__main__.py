"""``python -m studio.worker``: nothing else is imported before the pipes are safe."""

from __future__ import annotations

from studio.worker import pipes


def main() -> None:
    """Run the worker; never returns."""
    commands, answers = pipes.take()
    from studio.worker.process import serve  # noqa: PLC0415 - only now

    serve(commands, answers)


if __name__ == "__main__":
    main()
