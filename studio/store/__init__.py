"""The only package that speaks SQL: the queue, the assets and everything else in library.db."""
