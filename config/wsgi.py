"""What a WSGI server imports: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_wsgi_application()

# Only now are settings and apps there to be imported.
from django.conf import settings  # noqa: E402

from config.status_polls import Application, StatusPolls  # noqa: E402

application: Application = django_application
if settings.SHORT_STATUS_POLLS:
    application = StatusPolls(django_application)

if settings.REQUEST_LOG != "off" or settings.METRICS:
    from config.observed import Observed

    measures = None
    if settings.METRICS:
        from config.metrics import Metrics

        measures = Metrics(settings.METRICS)
    application = Observed(
        application,
        log=settings.REQUEST_LOG,
        measures=measures,
        believes_proxy=settings.BEHIND_PROXY,
    )
