import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

WALL = "from acclimate.model.cut_off import leave_network, refuse_all_but_reading as shut\n"


def run(code: str, place: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", WALL + code],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1')",
        "import subprocess; subprocess.run(['touch', 'mark'])",
        "import os; os.system('touch mark')",
        "import os; os.popen('touch mark').read()",
        "import os; os.fork() or open('mark', 'w')",
        "import os; os.execv('/usr/bin/touch', ['touch', 'mark'])",
        "import os; os.posix_spawn('/usr/bin/touch', ['touch', 'mark'], {})",
        "open('mark', 'w')",
        "open('mark', 'x')",
        "open('there', 'a')",
        "open('there', 'r+')",
        "import os; os.open('mark', os.O_CREAT | os.O_WRONLY)",
        "from pathlib import Path; Path('mark').write_text('')",
        "from pathlib import Path; Path('mark').mkdir()",
        "from pathlib import Path; Path('there').unlink()",
        "from pathlib import Path; Path('there').rename('mark')",
        "import os; os.symlink('there', 'mark')",
        "import os; os.truncate('there', 0)",
        "import pickle; pickle.loads(b'cos\\nmkdir\\n(S\"mark\"\\ntR.')",
        "import ctypes; ctypes.CDLL('libm.so.6')",
    ],
)
def test_an_act_is_refused_behind_the_wall_and_done_without_it(act: str, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("as it was")
    done = run(f"shut()\n{act}", tmp_path)
    assert done.returncode == 1
    assert "PermissionError: " in done.stderr
    assert "is refused in the process that converts" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_text() == "as it was"
    assert "is refused" not in run(act, tmp_path).stderr


def test_reading_and_importing_go_on(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("as it was")
    done = run("shut()\nimport mmap, json, zipfile\nprint(open('there').read())", tmp_path)
    assert (done.returncode, done.stdout) == (0, "as it was\n"), done.stderr


def test_the_kernel_closes_the_network_too(tmp_path: Path) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    connect = f"import socket; socket.create_connection(('127.0.0.1', {server.server_port}), timeout=5); print('open')"
    try:
        assert run(connect, tmp_path).stdout == "open\n"
        done = run(f"print('alone', leave_network(), flush=True)\n{connect}", tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    if "alone False" in done.stdout:
        pytest.skip("the kernel does not let this user have a network of its own")
    assert (done.stdout, done.returncode) == ("alone True\n", 1)
    assert "unreachable" in done.stderr
