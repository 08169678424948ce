"""The process that owns the queue: claims jobs, starts workers, records what came of it."""
