"""Halls: a plan is typed as text, checked line by line, and shown as a drawing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from seats.admin.base import KeptWhileUsedAdmin, ModelForm
from seats.admin.drawing import drawing_of
from seats.layout import PlanError, read_plan
from seats.models import Screen
from seats.wording import counted

_EXAMPLE = """\
tier S Standard
tier P Premium +3.00
curve 0.4
section Stalls
A: SSSS_SSSSSS_SSSS
B: SSSS_SSSSSS_SSSS | wheelchair 1-2; companion 3
aisle
C: __PP_PPPPPP_PP__"""

_EXPLANATION = format_html(
    "<p>A line at a time, from the screen to the back:</p><pre>{}</pre><ul>"
    "<li><b>tier</b>: a capital letter, a name, and what it adds to (or takes off) the price of"
    " the show.</li>"
    "<li><b>A row</b>: one to four letters and a colon; then the letter of a tier for each seat"
    " and <b>_</b> for a gap. Seats are numbered from 1 from the left. Gaps at the ends of a row"
    " move it to a side.</li>"
    "<li><b>After |</b>: places for wheelchairs and for companions, by seat number.</li>"
    "<li><b>aisle</b> leaves a row free, <b>section</b> names the rows that follow,"
    " <b>curve</b> (0 to 1) bends the rows around the screen. Lines starting with <b>#</b> are"
    " notes.</li></ul>"
    "<p>Shows that exist keep the seats they were laid out with, whatever is changed here.</p>",
    _EXAMPLE,
)


class HallForm(ModelForm[Screen]):
    # Not stripped, or the lines counted in a complaint would not be those on the page.
    plan = forms.CharField(
        max_length=300_000,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 24, "cols": 90, "wrap": "off", "spellcheck": "false", "class": "plan"}
        ),
    )

    class Meta:
        model = Screen
        fields = ("name", "plan")

    def clean_plan(self) -> str:
        plan: str = self.cleaned_data["plan"].replace("\r\n", "\n")
        try:
            read_plan(plan)
        except PlanError as error:
            raise ValidationError(str(error)) from None
        return plan


@admin.register(Screen)
class HallAdmin(KeptWhileUsedAdmin[Screen]):
    form = HallForm
    fieldsets = (
        (None, {"fields": ("name",)}),
        ("Seating plan", {"fields": ("plan", "hall"), "description": _EXPLANATION}),
    )
    readonly_fields = ("hall",)
    list_display = ("name",)
    search_fields = ("name",)

    class Media:
        css = {"all": ("seats/admin.css",)}

    @admin.display(description="drawing")
    def hall(self, screen: Screen) -> SafeString | str:
        if not screen.plan:
            return "The drawing appears once the hall is saved."
        try:
            return drawing_of(read_plan(screen.plan))
        except PlanError as error:
            return f"The plan cannot be drawn. {error}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Screen]:
        screens = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and match.url_name == "seats_screen_changelist":
            screens = screens.defer("plan")
        return screens

    def save_model(self, request: HttpRequest, obj: Screen, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "plan" in form.changed_data and obj.shows.exists():
            messages.info(request, "Shows that exist keep the seats they were laid out with.")

    def kept_because(self, obj: Screen) -> str | None:
        shows = obj.shows.count()
        if not shows:
            return None
        return f"“{obj}” has {counted(shows, 'show')}, past ones included, so it is kept."
