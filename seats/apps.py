from django.apps import AppConfig
from django.db.models.signals import pre_delete


class SeatsConfig(AppConfig):
    name = "seats"
    verbose_name = "Seats"

    def ready(self) -> None:
        # Importing registers: Django finds system checks no other way.
        from seats import checks  # noqa: F401
        from seats.customers import free_seats_before_delete

        pre_delete.connect(free_seats_before_delete, sender="auth.User")
