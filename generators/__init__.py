"""Generators: plugins that make text, images and audio, and the contract they keep."""
