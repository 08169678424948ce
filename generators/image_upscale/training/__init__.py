"""Trains the upscaler that comes with Brandloom. A tool; the app never imports it."""
