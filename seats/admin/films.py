"""Films."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.templatetags.static import static
from django.utils.html import format_html

from seats.admin.base import KeptWhileUsedAdmin, ModelForm
from seats.models import Movie
from seats.wording import counted


class FilmForm(ModelForm[Movie]):
    class Meta:
        model = Movie
        fields = ("title", "synopsis", "duration_minutes", "rating", "poster")

    def clean_poster(self) -> str:
        poster: str = self.cleaned_data["poster"]
        if poster and not _is_there(poster):
            raise ValidationError("There is no such picture below static/.")
        return poster


def _is_there(path: str) -> bool:
    try:
        return finders.find(path) is not None
    except SuspiciousFileOperation:
        # A path that leads out of static/.
        return False


@admin.register(Movie)
class FilmAdmin(KeptWhileUsedAdmin[Movie]):
    form = FilmForm
    fields = ("title", "synopsis", "duration_minutes", "rating", "poster", "picture")
    readonly_fields = ("picture",)
    list_display = ("title", "duration_minutes", "rating")
    search_fields = ("title",)

    @admin.display(description="as shown")
    def picture(self, film: Movie) -> str:
        if not film.poster:
            return "-"
        try:
            source = static(film.poster)
        except ValueError:
            # Hashed names are looked up, and this picture was there when it was typed in.
            return "The picture is gone."
        return format_html('<img src="{}" alt="" width="120" height="180">', source)

    def kept_because(self, obj: Movie) -> str | None:
        shows = obj.shows.count()
        if not shows:
            return None
        return f"“{obj}” has {counted(shows, 'show')}, past ones included, so it is kept."
