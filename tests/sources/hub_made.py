"""A web server of this machine that plays the Hugging Face Hub for data sets."""

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

Repository = dict[str, dict[str, bytes]]
"""Revision -> file name -> bytes."""


def commit_of(files: dict[str, bytes]) -> str:
    return hashlib.sha1(repr(sorted(files.items())).encode()).hexdigest()  # noqa: S324  as Git does


class _Played(http.server.BaseHTTPRequestHandler):
    repositories: dict[str, Repository]
    asked: list[str]

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.asked.append(path)
        for name, revisions in self.repositories.items():
            for revision, files in revisions.items():
                for known in (revision, commit_of(files)):
                    if self._answers(path, name, known, files):
                        return
        known = any(path.startswith((f"/api/datasets/{name}/", f"/datasets/{name}/")) for name in self.repositories)
        missing = "EntryNotFound" if "/resolve/" in path else "RevisionNotFound"
        self._send(404, b"{}", {"X-Error-Code": missing if known else "RepoNotFound"})

    def _answers(self, path: str, name: str, revision: str, files: dict[str, bytes]) -> bool:
        commit = commit_of(files)
        tree = [
            {"type": "file", "path": file, "size": len(data), "oid": hashlib.sha1(data).hexdigest()}  # noqa: S324
            for file, data in files.items()
        ]
        if path == f"/api/datasets/{name}/revision/{revision}":
            self._send(200, json.dumps({"id": name, "sha": commit, "siblings": []}).encode())
        elif path == f"/api/datasets/{name}/tree/{revision}":
            self._send(200, json.dumps(tree).encode())
        elif path.removeprefix(f"/datasets/{name}/resolve/{revision}/") in files:
            data = files[path.removeprefix(f"/datasets/{name}/resolve/{revision}/")]
            etag = hashlib.sha1(data).hexdigest()  # noqa: S324
            self._send(200, data, {"ETag": f'"{etag}"', "X-Repo-Commit": commit})
        else:
            return False
        return True

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


@contextmanager
def playing_hub(repositories: dict[str, Repository]) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of the server and the list of what it was asked for."""
    asked: list[str] = []
    played = type("Played", (_Played,), {"repositories": repositories, "asked": asked})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), played) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
