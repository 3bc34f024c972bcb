"""The settings of the servers that real browsers visit: those of production, but
with static files and passwords of their own."""

import os

from config.settings import *  # noqa: F403

STATIC_ROOT = os.environ["BROWSER_TESTS_STATIC_ROOT"]

# A good hash is slow on purpose. Here it would only make the tests slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
