"""The settings of a deployment, but for where its static files are collected."""

import os

from config.settings import *  # noqa: F403

STATIC_ROOT = os.environ["SAFETY_TESTS_STATIC_ROOT"]
