"""What a WSGI server imports: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_wsgi_application()

# Only now are settings and apps there to be imported.
from django.conf import settings  # noqa: E402

from config.status_polls import StatusPolls  # noqa: E402

application = StatusPolls(django_application) if settings.SHORT_STATUS_POLLS else django_application
