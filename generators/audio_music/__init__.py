"""Music beds, and the audio finishing that every backend shares."""
