"""The least a WSGI server can be asked to do: bytes out of a dictionary.

The answers are those our own server gave a moment before (same status, headers and body), stored
in the file BARE_ANSWERS under the path they are asked for by.
"""

import os
import pickle
from pathlib import Path

ANSWERS = pickle.loads(Path(os.environ["BARE_ANSWERS"]).read_bytes())


def application(environ, start_response):
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return [body]
