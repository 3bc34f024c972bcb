"""HTTP: an adapter over the engine."""
