"""Django's SQLite, but for one thing that it does again with every statement."""
