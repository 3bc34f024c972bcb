"""The site with push, where nobody looks by the clock: what is not told is not heard of."""

from config.asgi import application
from realtime import tails

__all__ = ["application"]

tails.LOOK_SECONDS = 86_400.0
