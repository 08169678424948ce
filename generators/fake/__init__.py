"""A generator without weights, for tests, benchmarks and trying the app."""
