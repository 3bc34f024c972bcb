"""Accounts of customers and staff, as Django shows them; deleting one gives its seats back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from seats import database
from seats.errors import Busy

if TYPE_CHECKING:
    from django.contrib.auth.admin import UserAdmin
else:
    from django.contrib.auth import admin as of_django

    # Django's own one cannot be told at run time what it is for.
    class UserAdmin(of_django.UserAdmin):
        def __class_getitem__(cls, _model: object) -> type:
            return cls


admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """Django opens the transaction of a deletion, so it has to wait its turn before that."""

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        try:
            with database.without_writers(database.WAIT_SECONDS):
                return super().delete_view(request, object_id, extra_context)
        except Busy as busy:
            messages.error(request, busy.message)
            return HttpResponseRedirect(request.path)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except Busy as busy:
            messages.error(request, busy.message)
            return HttpResponseRedirect(request.get_full_path())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        with database.without_writers(database.WAIT_SECONDS):
            super().delete_queryset(request, queryset)
