"""Pictures to train shipped weights on: fetched by package name, licences checked, recorded.

Tools for whoever trains the weights that come with Brandloom. The app never imports this.
"""
