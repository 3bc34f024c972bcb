"""Every figure of every database, measured here and now: `make proof`."""
