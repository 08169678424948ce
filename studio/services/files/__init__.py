"""Files that come in and go out: recipe inside library files, AI marks, import, export, pictures.

Nothing is imported here: the engine uses ``embed`` alone and stays light.
"""
