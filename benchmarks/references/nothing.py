"""A REST framework view that knows who asks, reads what was sent, and does nothing about it."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.references.settings"
application = get_wsgi_application()

from rest_framework.permissions import IsAuthenticated  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Nothing(APIView):
    permission_classes = (IsAuthenticated,)

    def post(self, request):
        return Response({"message": f"{len(request.data)} members, and nothing was done."})


urlpatterns = [path("nothing/", Nothing.as_view())]
