"""The project's settings as the tests want them: the same on every machine.

Nothing of a developer's `.env`, and nothing that happens to be exported in a
shell, may change what a test says. `DATABASE_URL` alone is taken over: it
chooses the database the tests run on.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

_EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"

for _name in re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", _EXAMPLE.read_text(), re.MULTILINE):
    if _name != "DATABASE_URL":
        os.environ.pop(_name, None)
os.environ.pop("PYTHONANYWHERE_SITE", None)
os.environ["HOLDFAST_ENV_FILE"] = ""
os.environ["DEBUG"] = "True"
os.environ["SECRET_KEY"] = "a-key-for-tests-that-is-long-enough-and-guards-nothing-at-all"

from config.databases import SQLITE  # noqa: E402
from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

# Tests are run by several people and several processes on one machine: every
# run has a database of its own. SQLite's is a file, because threads and
# processes have to share it.
_database = DATABASES["default"]
if _database["ENGINE"] == SQLITE:
    _folder = tempfile.mkdtemp(prefix="holdfast-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    _name = f"{_folder}/test.sqlite3"
else:
    _name = f"test_{_database['NAME']}_{os.getpid()}"
_database["TEST"] = {**_database.get("TEST", {}), "NAME": _name}

# A good hash is slow on purpose. Here it would only make the tests slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
