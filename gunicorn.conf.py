"""How `gunicorn config.wsgi` serves. Everything here can be overridden on its command line."""

import contextlib
import multiprocessing
import os
import shutil
import tempfile

# Loopback only: whatever ends TLS stands in front (docs/deployment.md).
bind = f"127.0.0.1:{int(os.environ.get('PORT', '8000'))}"

# Threads, because requests wait: for a lock on a show, for a slow phone. With one
# request a process, those who wait would keep everybody's polls waiting too.
# Polls cost no more for it (threads keep connections open between polls, single-request
# workers open one for each), and on SQLite threads that wait to write share a commit.
# The class is gunicorn's own, but for how it answers what is no request.
worker_class = "config.worker.Worker"
threads = 4

# No header may say at which address the request arrived or under which path we live.
forwarder_headers = ""

# Few processes: changes of a show take turns in the database anyway, and each
# process holds its own copy of the seats and its own database connections.
workers = int(os.environ.get("WEB_CONCURRENCY", "0")) or min(2 * multiprocessing.cpu_count() + 1, 4)

# Longer than a wait for a lock and its repetitions, which end in an honest 503.
timeout = 60
graceful_timeout = 30
keepalive = 5

# A worker is replaced now and then, in case something in it grows; not all at once, and none
# before it has finished what it has begun. For a process that answers polls this is minutes at
# full speed, and weeks in an ordinary house.
max_requests = 1_000_000
max_requests_jitter = 200_000

# Nobody steers a running server but by signals.
control_socket_disable = True

# Each process opens its own connections and files: nothing is shared by forking.
preload_app = False

# The proxy in front writes an access log; errors go to stderr.
accesslog = None
errorlog = "-"


# Threads of one Python process take turns anyway. On a processor of their own they hand over
# without waking another, which made a quarter more holds a second (docs/adr/0011). Only where there
# are as many processes as processors: then the machine is ours, and nobody's processor is idle.
def pre_fork(server, worker):
    available = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    wanted = os.environ.get("PIN_WORKERS", "on").lower() not in {"off", "false", "0", "no"}
    if wanted and 1 < len(available) <= server.num_workers:
        taken = [getattr(other, "processor", None) for other in server.WORKERS.values()]
        worker.processor = min(available, key=taken.count)


def post_fork(server, worker):
    processor = getattr(worker, "processor", None)
    if processor is not None:
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {processor})


# Where METRICS are wanted, the processes write their numbers into one folder, and each of them
# can show the sum. It has to be named before the first of them starts.
_NUMBERS = "PROMETHEUS_MULTIPROC_DIR"
_made: list[str] = []


def on_starting(server):
    from config import env

    if env.of_project().metrics_readers("METRICS") and _NUMBERS not in os.environ:
        os.environ[_NUMBERS] = tempfile.mkdtemp(prefix="holdfast-metrics-")
        _made.append(os.environ[_NUMBERS])


def child_exit(server, worker):
    if _NUMBERS in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)


def on_exit(server):
    for folder in _made:
        shutil.rmtree(folder, ignore_errors=True)
