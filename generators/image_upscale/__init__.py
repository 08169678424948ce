"""Enlarges pictures with networks of the ESRGAN family."""
