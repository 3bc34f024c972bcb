"""All that a process of the crowd needs, imported ahead of it."""

import django

django.setup()

# Only now are the models there to be imported.
import tests.concurrency.crowd  # noqa: E402, F401
