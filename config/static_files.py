"""How static files are named and kept once `collectstatic` has run."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Every file carries a hash of its contents, so browsers may keep it for ever.

    The dashboard's modules import each other by name; those names inside the
    scripts have to be rewritten too, or a browser would load a mix of old and
    new modules after a release.
    """

    support_js_module_import_aggregation = True
