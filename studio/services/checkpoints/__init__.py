"""Weights on disk: what they are, adding them to the library's list, checking them."""
