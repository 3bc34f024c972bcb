#!/usr/bin/env python3
"""Many customers against a running server: is a seat ever sold twice? See docs/stress-test.md."""

import sys

from proof.command import main

if __name__ == "__main__":
    sys.exit(main())
