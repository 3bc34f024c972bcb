"""The WSGI file of a web app on PythonAnywhere: docs/deploy-pythonanywhere.md says where it goes.

The host imports this file in its one worker and calls `application` there, a request at a time.
It expects Holdfast in ~/holdfast; everything else is in ~/holdfast/.env .
"""

import os
import sys

PROJECT = os.path.expanduser("~/holdfast")

if not os.path.isfile(os.path.join(PROJECT, "manage.py")):
    raise RuntimeError(f"There is no Holdfast in {PROJECT}. Change PROJECT in {__file__}.")
sys.path.insert(0, PROJECT)

from config.wsgi import application  # noqa: E402 - only now is it to be found

__all__ = ["application"]
