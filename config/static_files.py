"""How static files are named and kept once `collectstatic` has run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Every file carries a hash of its contents, so browsers may keep it for ever.

    The dashboard's modules import each other by name; those names inside the
    scripts have to be rewritten too, or a browser would load a mix of old and
    new modules after a release.
    """

    support_js_module_import_aggregation = True

    # Compressing well costs most of what `collectstatic` costs, and small hosts count seconds of
    # their processors. So it is done for what browsers are told to load, and for nothing else.

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        loaded = set(self.hashed_files.values())
        for name in set(paths) - loaded:
            # One that is left from a time when it was made would be handed out for ever.
            self.delete_files(f"{name}.{suffix}" for suffix in ("br", "gz"))
        yield from super().compress_files(loaded.intersection(paths))

    def create_compressor(self, **kwargs: Any) -> Compressor:
        # Maps are for whoever debugs Swagger's scripts; nobody's browser asks for them.
        return Compressor(**{**kwargs, "extensions": (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")})
