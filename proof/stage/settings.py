"""The project's settings for a stage: the same, but for hashes of passwords that cost nothing.

With PROOF_SQLITE_SYNCHRONOUS=NORMAL SQLite runs without the care the project takes: that is the
control, which has to lose bookings for the proof to mean anything.
"""

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if os.environ.get("PROOF_SQLITE_SYNCHRONOUS") == "NORMAL":
    _options = DATABASES["default"]["OPTIONS"]
    _options["init_command"] = _options["init_command"].replace(
        "synchronous=FULL", "synchronous=NORMAL"
    )
