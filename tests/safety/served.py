"""The settings of the servers these tests start: those of production, but with passwords whose
hashes cost nothing, and static files that have not been collected."""

from proof.stage.settings import *  # noqa: F403
from proof.stage.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_USE_FINDERS = True
