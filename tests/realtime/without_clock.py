"""The site with push, where the clock stands still.

Nobody looks at a show because it is time to: what is not told is not heard of. And however long
they take, all messages come within the same second.
"""

from types import SimpleNamespace

from config.asgi import application
from realtime import sockets, tails

__all__ = ["application"]

tails.LOOK_SECONDS = 86_400.0
sockets.time = SimpleNamespace(monotonic=lambda: 0.0)
