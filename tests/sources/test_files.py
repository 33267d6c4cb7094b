"""Finding and reading files: what is found, in which order, under which names, and what is said when it is not."""

import bz2
import gzip
import http.server
import lzma
import socket
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import fsspec
import pytest
import zstandard

from acclimate.core.errors import UserError
from acclimate.sources.files import File, content_hashes, find, read_bytes, shown, without_compression

ENDINGS = (".csv", ".tsv")


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n1\n")


def names(paths: str | list[str]) -> list[str]:
    return [file.name for file in find(paths, ENDINGS, "sources.train")]


def test_a_folder_gives_its_files_sorted_and_named_below_it(tmp_path: Path) -> None:
    write(tmp_path, "b.csv", "a.csv.gz", "deep/c.TSV", "readme.md", ".hidden/d.csv", ".e.csv")
    assert names(str(tmp_path)) == ["a.csv.gz", "b.csv", "deep/c.TSV"]


def test_names_in_a_folder_do_not_change_when_a_file_is_added(tmp_path: Path) -> None:
    write(tmp_path, "deep/c.csv")
    before = names(str(tmp_path))
    write(tmp_path, "other/d.csv")
    assert set(before) < set(names(str(tmp_path)))


def test_a_glob_gives_what_matches_whatever_its_ending(tmp_path: Path) -> None:
    write(tmp_path, "x/part-1.dat", "y/part-2.dat", "y/part.txt")
    (tmp_path / "z" / "folder.dat").mkdir(parents=True)
    assert names(f"{tmp_path}/*/*.dat") == ["x/part-1.dat", "y/part-2.dat"]


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path: Path) -> None:
    write(tmp_path, "data[1].csv")
    assert names(f"{tmp_path}/data[1].csv") == ["data[1].csv"]


def test_a_list_names_files_below_their_common_folder_and_each_once(tmp_path: Path) -> None:
    write(tmp_path, "x/one.csv", "y/one.csv")
    assert names([f"{tmp_path}/y/one.csv", f"{tmp_path}/x/one.csv", f"{tmp_path}/x/*.csv"]) == [
        "x/one.csv",
        "y/one.csv",
    ]


def test_a_single_file_is_named_by_itself(tmp_path: Path) -> None:
    write(tmp_path, "x/one.csv")
    assert names(f"{tmp_path}/x/one.csv") == ["one.csv"]


def test_any_address_of_fsspec_is_read() -> None:
    system = fsspec.filesystem("memory")
    system.pipe_file("/bucket/b.csv", b"b")
    system.pipe_file("/bucket/deep/a.csv", b"a")
    try:
        files = find("memory://bucket", ENDINGS, "sources.train")
        assert [file.name for file in files] == ["b.csv", "deep/a.csv"]
        assert read_bytes(files[1]) == b"a"
        assert [file.name for file in find("memory://bucket/*.csv", ENDINGS, "sources.train")] == ["b.csv"]
    finally:
        system.rm("/bucket", recursive=True)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A web server of this machine, over the test's folder."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=tmp_path)) as running:
        threading.Thread(target=running.serve_forever).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_https_addresses(server: str, tmp_path: Path) -> None:
    write(tmp_path, "d/x.csv", "d/y.csv", "d/z.md")
    assert names(f"{server}/d/x.csv?signature=1") == ["x.csv"]
    assert names(f"{server}/d/") == ["x.csv", "y.csv"]
    assert names(f"{server}/d/*.csv") == ["x.csv", "y.csv"]
    assert names([f"{server}/d/x.csv?a=1", f"{server}/d/x.csv?a=2"]) == ["1-x.csv", "2-x.csv"]
    assert read_bytes(find(f"{server}/d/x.csv", ENDINGS, "s")[0]) == b"a\n1\n"
    with pytest.raises(UserError, match=r"no such file or folder: .*/d/xx\.csv; did you mean x\.csv\?"):
        names(f"{server}/d/xx.csv")


def test_a_missing_file_names_the_nearest_and_what_there_is(tmp_path: Path) -> None:
    write(tmp_path, "patients.csv", "visits.csv")
    with pytest.raises(UserError) as caught:
        names(f"{tmp_path}/patient.csv")
    said = str(caught.value)
    assert "sources.train.path: no such file or folder" in said
    assert "did you mean patients.csv?" in said
    assert "patients.csv, visits.csv" in said


def test_a_missing_folder_is_told_from_the_deepest_that_exists(tmp_path: Path) -> None:
    write(tmp_path, "records/x.csv")
    with pytest.raises(UserError, match=r"did you mean records\?"):
        names(f"{tmp_path}/record/2020/x.csv")


def test_a_folder_without_such_files_says_what_it_holds(tmp_path: Path) -> None:
    write(tmp_path, "readme.md")
    with pytest.raises(UserError, match=r"no \.csv or \.tsv file .* it holds readme\.md"):
        names(str(tmp_path))


def test_a_glob_without_matches_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing matches"):
        names(f"{tmp_path}/*.csv")


@pytest.mark.parametrize("paths", [[], [""], ""])
def test_no_path_is_an_error(paths: str | list[str]) -> None:
    with pytest.raises(UserError, match="no path is given"):
        names(paths)


def test_an_unknown_protocol_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with pytest.raises(UserError, match="Protocol not known: foo"):
        names("foo://bucket/x.csv")


def test_a_missing_package_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)

    def absent(path: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", absent)
    with pytest.raises(UserError) as caught:
        names("s3://bucket/x.csv")
    assert 'pip install "acclimate[s3]"' in str(caught.value)


@pytest.mark.parametrize("path", ["s3://bucket/x.csv", "https://host/x.csv", "simplecache::https://host/x.csv"])
def test_offline_a_remote_path_is_refused_before_a_socket_opens(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    def no_socket(*arguments: object) -> None:
        raise RuntimeError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_socket)
    monkeypatch.setattr("fsspec.core.url_to_fs", no_socket)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UserError, match="lies on the network"):
        names(path)


def test_what_a_service_raises_becomes_a_message_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def exists(self, path: str) -> bool:
            raise RuntimeError("no answer from https://host/x.csv?signature=secret")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda path: (Broken(), path))
    with pytest.raises(UserError) as caught:
        names("https://user:password@host/x.csv?signature=secret")
    said = str(caught.value)
    assert "no answer from" in said
    assert "secret" not in said
    assert "password" not in said


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "x.csv")
    file = find(f"{tmp_path}/x.csv", ENDINGS, "sources.train")[0]

    def refuse(path: str) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(file.system, "cat_file", refuse)
    with pytest.raises(UserError, match="not permitted to read"):
        read_bytes(file)


@pytest.mark.parametrize(
    "ending, compress",
    [(".gz", gzip.compress), (".xz", lzma.compress), (".bz2", bz2.compress), (".zst", zstandard.compress)],
)
def test_compressed_files_are_unpacked_and_damaged_ones_named(tmp_path: Path, ending: str, compress: object) -> None:
    path = tmp_path / f"x.csv{ending}"
    data = compress(b"a\n1\n")  # type: ignore[operator]
    path.write_bytes(data)
    file = find(str(path), ENDINGS, "sources.train")[0]
    assert file.plain_name == "x.csv"
    assert read_bytes(file) == b"a\n1\n"
    path.write_bytes(data[:-6])
    with pytest.raises(UserError, match=rf"x\.csv\{ending}: damaged, or not compressed"):
        read_bytes(file)
    path.write_bytes(compress(b""))  # type: ignore[operator]
    with pytest.raises(UserError, match="the file is empty"):
        read_bytes(file)


def test_an_empty_file_is_an_error_unless_it_is_fine(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"")
    file = find(f"{tmp_path}/x.csv", ENDINGS, "sources.train")[0]
    assert read_bytes(file, empty_is_fine=True) == b""
    with pytest.raises(UserError, match=r"x\.csv: the file is empty"):
        read_bytes(file)


def test_the_hash_changes_with_the_content_and_only_with_it(tmp_path: Path) -> None:
    write(tmp_path, "x.csv")
    files = find(str(tmp_path), ENDINGS, "sources.train")
    before = content_hashes(files)
    assert list(before) == [f"{tmp_path}/x.csv"]
    write(tmp_path, "x.csv")
    assert content_hashes(files) == before
    (tmp_path / "x.csv").write_text("a\n2\n")
    assert content_hashes(files) != before


def test_the_hash_that_a_service_keeps_spares_the_reading() -> None:
    class Service:
        def info(self, path: str) -> dict[str, str]:
            return {"ETag": '"abc"'}

    assert content_hashes([File("x", "s3://b/x", "b/x", Service())]) == {"s3://b/x": 'service:"abc"'}


@pytest.mark.parametrize(
    "address, said",
    [
        ("https://user:pw@host/x.csv?sig=1#top", "https://host/x.csv"),
        ("s3://bucket/a?b.csv", "s3://bucket/a?b.csv"),
        ("abfs://box@account.net/x.csv", "abfs://box@account.net/x.csv"),
        ("/home/me/x.csv", "/home/me/x.csv"),
    ],
)
def test_addresses_are_shown_without_secrets(address: str, said: str) -> None:
    assert shown(address) == said


def test_without_compression() -> None:
    assert [without_compression(name) for name in ("a.csv.GZ", "a.csv", "gz")] == ["a.csv", "a.csv", "gz"]


def test_frames_of_zstandard_one_after_the_other(tmp_path: Path) -> None:
    unsized = zstandard.ZstdCompressor(write_content_size=False)
    (tmp_path / "x.csv.zst").write_bytes(zstandard.compress(b"a\n") + unsized.compress(b"1\n"))
    assert read_bytes(find(f"{tmp_path}", ENDINGS, "s")[0]) == b"a\n1\n"
