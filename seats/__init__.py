"""The booking engine: every seat of every show, and who may have it."""
