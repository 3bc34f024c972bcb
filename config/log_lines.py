"""Log lines carry UTC, as everything else here does."""

import logging
import time


class UtcFormatter(logging.Formatter):
    converter = staticmethod(time.gmtime)
