"""Ways to run a worker: as a process on this machine, for now."""
