"""Composed creatives: visual, headline, call to action and logo on exact pixels, with Pillow."""
