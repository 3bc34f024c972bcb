"""Which address is answered by what."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.generic import TemplateView

from config import languages


class Dashboard(TemplateView):
    template_name = "index.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        limit = settings.MAX_SEATS_PER_HOLD
        return super().get_context_data(seat_limit=limit, **languages.of_page(), **more)


# The page names the hashed files of one release, so it must be asked for anew. It
# holds no secret and repeats nothing of the request, so that its length tells nothing.
dashboard = gzip_page(cache_control(no_cache=True)(Dashboard.as_view()))


def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - what a view is given
    """For pages that name no icon, the admin's among them: browsers then ask here."""
    return redirect(static("favicon.svg"))


urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("favicon.ico", favicon),
    path("", include("seats.api.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
