"""The door of the box office: the same limits as at the API's, counted together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from seats import customers
from seats.errors import TooOften

TOO_OFTEN = "too_often"


class LimitedLoginForm(AdminAuthenticationForm):
    """Django's, asked no more often than THROTTLE_LOGIN allows."""

    retry_after = 0

    def clean(self) -> dict[str, Any]:
        assert self.request is not None
        name = self.cleaned_data.get("username")
        if name and self.cleaned_data.get("password"):
            try:
                customers.count_login(name, customers.client_address(self.request))
            except TooOften as refused:
                self.retry_after = refused.retry_after
                raise ValidationError(refused.message, TOO_OFTEN) from None
        return super().clean()

    def confirm_login_allowed(self, user: Any) -> None:
        """Refuses, as if there were no such account, a name that only the database takes for it."""
        if not customers.is_spelling_of(self.cleaned_data["username"], user):
            raise self.get_invalid_login_error()
        super().confirm_login_allowed(user)


def limited(login: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view of the login page, which says 429 where its form does."""

    def limited_login(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = login(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            form = (response.context_data or {}).get("form")
            if isinstance(form, LimitedLoginForm) and form.retry_after:
                response.status_code = 429
                response.headers["Retry-After"] = str(form.retry_after)
        elif request.method == "POST" and request.user.is_authenticated:
            customers.remember_address(request, request.user.get_username())
        return response

    return limited_login


def limited_change(change: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view for a new password: trying old ones there counts like trying them at the door."""

    def limited_password_change(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return change(request, *args, **kwargs)
        try:
            name = request.user.get_username()
            customers.count_login(name, customers.client_address(request))
        except TooOften as refused:
            messages.error(request, refused.message)
            # The page as it was before anything was typed.
            request.method = "GET"
            response = change(request, *args, **kwargs)
            response.status_code = 429
            response.headers["Retry-After"] = str(refused.retry_after)
            return response
        return change(request, *args, **kwargs)

    return limited_password_change
