"""An installation of one's own to do harm to: a database, a server in front of it, shows to sell.

Everything runs as processes on loopback that are started here and ended here, in a folder that is
deleted afterwards. Nothing of it touches an installation that exists.
"""

from __future__ import annotations

from proof.stage.databases import DATABASES, CannotStart, Database
from proof.stage.installation import Installation
from proof.stage.server import Server

__all__ = ["DATABASES", "CannotStart", "Database", "Installation", "Server"]
