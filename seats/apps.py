from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class SeatsConfig(AppConfig):
    name = "seats"
    verbose_name = "Seats"

    def ready(self) -> None:
        # Importing registers: Django finds system checks no other way.
        from seats import checks  # noqa: F401
        from seats.customers import free_seats_before_delete, revoke_with_password

        pre_delete.connect(free_seats_before_delete, sender="auth.User")
        post_save.connect(revoke_with_password, sender="auth.User")
