"""Our settings, with one address only: that of the view that does nothing."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.references.nothing"
