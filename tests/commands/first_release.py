"""A house as the first release left it: its tables, and rows that its own code has written.

Run as a program on an empty database named by DATABASE_URL: `tables` makes the tables of that
release, `rows` writes the rows with the columns it knew, whatever columns have been added since.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

RELEASE = ("seats", "0002_one_name_in_any_case")
ROWS = Path(__file__).with_suffix(".json")

# What the customers of that release still have in their hands.
OWNER_TOKEN = "516640e379f8ff291b4a5ced74fbe2fa06fc17018f6dbd88993772c8b8c73a50"
OWNER, PASSWORD = "Owner", "a long enough password"
BOOKING = "Q633-TWZK"
KEY = "first-release"


def tables() -> None:
    from django.apps import apps
    from django.core.management import call_command

    call_command("migrate", *RELEASE, verbosity=0)
    for config in apps.get_app_configs():
        if config.label != "seats" and Path(config.path, "migrations").is_dir():
            call_command("migrate", config.label, verbosity=0)


def rows() -> None:
    from django.core.management.color import no_style
    from django.db import connection, transaction
    from django.db.migrations.loader import MigrationLoader
    from django.db.models import JSONField
    from django.utils import timezone

    loader = MigrationLoader(None)
    others = [leaf for leaf in loader.graph.leaf_nodes() if leaf[0] != "seats"]
    models = loader.project_state([*others, RELEASE]).apps.get_models()
    by_table = {model._meta.db_table: model for model in models}
    written = json.loads(ROWS.read_text())
    with transaction.atomic(), connection.constraint_checks_disabled():
        for table, content in written.items():
            model = by_table[table]
            fields = {field.column: field for field in model._meta.local_concrete_fields}
            made = []
            for row in content["rows"]:
                values = {}
                for column, value in zip(content["columns"], row, strict=True):
                    field = fields[column]
                    is_json = isinstance(field, JSONField) and value is not None
                    values[field.attname] = json.loads(value) if is_json else field.to_python(value)
                if table == "seats_idempotencyrecord":
                    # Answers are kept for a day.
                    values["created_at"] = timezone.now()
                made.append(model(**values))
            model.objects.bulk_create(made)
    with connection.cursor() as cursor:
        loaded = [by_table[table] for table in written]
        for statement in connection.ops.sequence_reset_sql(no_style(), loaded):
            cursor.execute(statement)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    import django

    django.setup()
    for step in sys.argv[1:]:
        {"tables": tables, "rows": rows}[step]()
