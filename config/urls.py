"""Which address is answered by what."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.generic import TemplateView

# The page names the hashed files of one release, so it must be asked for anew. It
# holds no secret and repeats nothing of the request, so that its length tells nothing.
dashboard = gzip_page(
    cache_control(no_cache=True)(
        TemplateView.as_view(
            template_name="index.html",
            extra_context={"seat_limit": settings.MAX_SEATS_PER_HOLD},
        )
    )
)


def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - what a view is given
    """For pages that name no icon, the admin's among them: browsers then ask here."""
    return redirect(static("favicon.svg"))


urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("favicon.ico", favicon),
    path("", include("seats.api.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
