"""A small decoder-only network that writes notes, and its training."""
