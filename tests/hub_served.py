"""A Hub of our own on this machine: the few answers that huggingface_hub asks for, from files in memory."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Files = dict[str, bytes]
_PATH = re.compile(
    r"/(?P<api>api/)?(?P<kind>models/|datasets/)?(?P<repo>[^/]+/[^/]+)/"
    r"(?P<verb>revision|tree|resolve|refs)/?(?P<revision>refs%2F\w+%2F\w+|refs/\w+/\w+|[^/]*)/?(?P<name>.*)"
)


@dataclass
class Hub:
    """Repositories as {name: {revision: files}}; what ends with a word of `large` has a SHA-256 that the Hub announces."""

    repos: dict[str, dict[str, Files]]
    large: tuple[str, ...] = (".safetensors", ".bin")
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(path)
        found = _PATH.fullmatch(path.partition("?")[0])
        if found is None or found["repo"] not in self.repos:
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        revisions = self.repos[found["repo"]]
        if found["verb"] == "refs":
            pulls = [{"name": one, "ref": one, "targetCommit": commit(one)} for one in revisions if "/pr/" in one]
            return 200, {}, _json({"branches": [], "converts": [], "tags": [], "pullRequests": pulls})
        wanted = found["revision"].replace("%2F", "/")
        names = [one for one in revisions if wanted in (one, commit(one))]
        if not names:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"{}"
        files = revisions[names[0]]
        if found["verb"] == "revision":
            listed = [self._listed(name, files[name]) for name in files]
            return 200, {}, _json({"id": found["repo"], "sha": commit(names[0]), "siblings": listed})
        if found["verb"] == "tree":
            tree = [{"type": "file", "path": name, "size": len(files[name]), "oid": git(files[name])} for name in files]
            return 200, {}, _json(tree)
        body = files[found["name"]]
        return 200, {"ETag": f'"{git(body)}"', "X-Repo-Commit": commit(names[0])}, body

    def _listed(self, name: str, body: bytes) -> dict[str, Any]:
        large = {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "pointerSize": 100}
        return {
            "rfilename": name,
            "size": len(body),
            "blobId": git(body),
            **({"lfs": large} if name.endswith(self.large) else {}),
        }


def commit(revision: str) -> str:
    """The commit that a revision stands for."""
    return hashlib.sha1(revision.encode(), usedforsecurity=False).hexdigest()


def git(body: bytes) -> str:
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def _json(data: Any) -> bytes:
    return json.dumps(data).encode()


@contextmanager
def served(hub: Hub) -> Iterator[Hub]:
    """Serve on a free port of 127.0.0.1 while the body runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, headers, body = hub.answer(self.path)
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
