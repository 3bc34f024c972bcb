"""What the pages of the box office have in common."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, ProtectedError, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from seats.models import Booking, Hold, ShowTime

M = TypeVar("M", bound=Model)

# What the name of a show is made of.
SHOW: tuple[str, ...] = ("show__movie", "show__screen")

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as ModelAdmin  # noqa: PLC0414 - for the other pages
    from django.forms import ModelForm as ModelForm  # noqa: PLC0414
else:
    # Django's own ones cannot be told at run time what they are for.

    class ModelAdmin(admin.ModelAdmin):
        def __class_getitem__(cls, _model: object) -> type:
            return cls

    class ModelForm(forms.ModelForm):
        def __class_getitem__(cls, _model: object) -> type:
            return cls


class LookOnlyAdmin(ModelAdmin[M]):
    """Rows of a show that are looked at here and written elsewhere."""

    list_select_related = SHOW
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 500
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        # A plan can be larger than all that is shown of a hundred rows.
        return super().get_queryset(request).defer("show__screen__plan")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: M | None = None,
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: M | None = None,
    ) -> bool:
        return False


class KeptWhileUsedAdmin(ModelAdmin[M]):
    """Rows that can be deleted one at a time, as long as nothing depends on them."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def kept_because(self, obj: M) -> str | None:
        """Why this cannot be deleted, in words for the box office; None if it can."""
        raise NotImplementedError

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # It would list every seat of every show it is given.
        actions.pop("delete_selected", None)
        return actions

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is not None and not self.has_delete_permission(request, obj):
            raise PermissionDenied
        reason = None if obj is None else self.kept_because(obj)
        if reason is None:
            try:
                return super().delete_view(request, object_id, extra_context)
            except ProtectedError:
                # Somebody began to depend on it between the question and the answer.
                reason = self.kept_because(obj) if obj is not None else None
        messages.error(request, reason or "This is in use and cannot be deleted.")
        opts = self.opts
        return HttpResponseRedirect(
            reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[object_id])
        )


def local(moment: datetime | None) -> str:
    """A moment as the clock in the cinema shows it: "Fri 20 Nov 2026, 19:30"."""
    if moment is None:
        return "-"
    return f"{timezone.localtime(moment):%a %d %b %Y, %H:%M}"


def to_the_second(moment: datetime | None) -> str:
    """Like ``local``, where the order of things matters."""
    if moment is None:
        return "-"
    return f"{timezone.localtime(moment):%a %d %b %Y, %H:%M:%S}"


def show_name(show: ShowTime) -> str:
    """A show as people call it; needs its film and its hall."""
    return f"{show.movie.title}, {local(show.starts_at)}, {show.screen.name}"


def named_shows() -> QuerySet[ShowTime]:
    """Shows with what their names are made of."""
    return ShowTime.objects.select_related("movie", "screen").defer("screen__plan")


def link(text: str, view: str, *args: Any, **query: Any) -> str:
    """A link to a page of the box office, such as ``seat_changelist``."""
    return format_html('<a href="{}">{}</a>', address(view, *args, **query), text)


def address(view: str, *args: Any, **query: Any) -> str:
    return reverse(f"admin:seats_{view}", args=args, query=query or None)


def customer_name(row: Hold | Booking) -> str:
    """Whose hold or booking this is; needs its user."""
    if row.user is not None:
        return row.user.get_username()
    return "a deleted account" if row.customer.startswith("user:") else "a guest"
