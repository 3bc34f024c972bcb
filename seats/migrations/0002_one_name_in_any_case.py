"""PostgreSQL keeps names apart that differ only in capitals; people do not.

MariaDB compares names without regard to case anyway, and on SQLite registrations take turns.
"""

from django.db import migrations

_INDEX = "auth_user_one_name_in_any_case"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE UNIQUE INDEX {_INDEX} ON auth_user (UPPER(username))")


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX {_INDEX}")


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("seats", "0001_initial"),
    ]

    operations = [migrations.RunPython(add, remove)]
