"""gunicorn.conf.py, for servers whose workers take no more than a share of the connections.

gunicorn counts those that wait for their next request more strictly than it accepts them, and
would close some after each answer.
"""

import runpy
from pathlib import Path

_CONFIGURATION = Path(__file__).resolve().parent.parent / "gunicorn.conf.py"

globals().update(
    {
        name: value
        for name, value in runpy.run_path(str(_CONFIGURATION)).items()
        if not name.startswith("_")
    }
)


def post_worker_init(worker):
    worker.max_keepalived = worker.worker_connections
