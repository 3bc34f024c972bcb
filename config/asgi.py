"""What an ASGI server imports: `daphne config.asgi:application`. The site, and push."""

import sys

from django.conf import settings

from config.in_threads import Application, InThreads
from config.wsgi import application as site

application: Application = InThreads(site)

if settings.PUSH != "off":
    # Switched off, nothing of it is so much as imported.
    from config.content_security import OnEveryAnswer
    from config.languages import InTheirLanguage
    from realtime.application import Push
    from seats.feed import offer_push

    offer_push()
    application = OnEveryAnswer(InTheirLanguage(Push(application)))

if "daphne" in sys.modules:
    # It is daphne that imports this; another server has requests of its own.
    from config import daphne_requests

    daphne_requests.take_over()
