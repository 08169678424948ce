"""Brandloom: a desktop studio for ad campaigns and image iteration, on your own machine."""

__version__ = "0.1.0"
