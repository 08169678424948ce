"""How the starter image model is made: renderer, vocabulary, data, training. Not used at run time.

The image generator loads what comes out of here like any other checkpoint and imports none of it.
"""
