"""The project's settings for pages of the admin where no `collectstatic` has run."""

from config.settings import *  # noqa: F403
from config.settings import STORAGES

STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
