"""The page's files, as they were built: kept by browsers for good, and packed where they may be."""

import os
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope
from typing_extensions import override

FOR_GOOD = "public, max-age=31536000, immutable"
"""Of files whose names carry their content's hash: another content has another name (RFC 8246)."""

HASHED = "/assets/"


class PageFiles(StaticFiles):
    """A folder of files. Beside each that is worth it stands its like in gzip, made by the build,
    so that no request packs anything."""

    @override
    async def check_config(self) -> None:
        """A folder that is not built yet holds no file: 404, not 500."""

    @override
    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or its like."""
        packed = Path(f"{os.fspath(full_path)}.gz")
        accepts = Headers(scope=scope).get("accept-encoding", "")
        is_packed = "gzip" in accepts and packed.exists()
        if is_packed:
            answer = super().file_response(packed, packed.stat(), scope, status_code)
            answer.headers["Content-Encoding"] = "gzip"
            answer.headers["Content-Type"] = _type_of(str(full_path))
        else:
            answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers["Vary"] = "Accept-Encoding"
        if scope["path"].startswith(HASHED):
            answer.headers["Cache-Control"] = FOR_GOOD
        return answer


def _type_of(path: str) -> str:
    """What browsers must be told of what is packed; they refuse scripts of another type."""
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    kind = kinds.get(Path(path).suffix, "text/html")
    return f"{kind}; charset=utf-8"
