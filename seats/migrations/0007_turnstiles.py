from typing import Any

from django.db import migrations, models

# A fact of the past: fewer or more of them are a migration of their own.
TURNSTILES = 256


def set_up(apps: Any, _: Any) -> None:
    turnstile = apps.get_model("seats", "Turnstile")
    turnstile.objects.bulk_create(turnstile(number=number) for number in range(TURNSTILES))


class Migration(migrations.Migration):
    dependencies = [
        ("seats", "0006_hoarding"),
    ]

    operations = [
        migrations.CreateModel(
            name="Turnstile",
            fields=[
                (
                    "number",
                    models.PositiveSmallIntegerField(primary_key=True, serialize=False),
                ),
            ],
        ),
        migrations.RunPython(set_up, migrations.RunPython.noop),
    ]
