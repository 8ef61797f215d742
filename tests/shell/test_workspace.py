"""The workspace folder as a file tree: confined, bounded, and honest about errors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutor.posix import FileError, Stamp
from tutor.shell import workspace
from tutor.shell.workspace import WorkspaceTree

NOW = Stamp(1_000.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    (tmp_path / "secret").write_text("secret")
    return root


@pytest.fixture
def tree(folder: Path) -> WorkspaceTree:
    return WorkspaceTree(folder)


def code_of(error: pytest.ExceptionInfo[FileError]) -> str:
    return error.value.code


def test_files_and_folders(tree: WorkspaceTree, folder: Path) -> None:
    tree.make_directory("/a", NOW)
    tree.write("/a/x", b"one\n", NOW)
    tree.append("/a/x", b"two\n", NOW)
    assert (folder / "a" / "x").read_bytes() == tree.read("/a/x") == b"one\ntwo\n"
    assert (tree.info("/a/x").size, tree.info("/a").kind, tree.list("/")) == (8, "directory", ["a"])
    tree.rename("/a/x", "/y")
    tree.remove("/a")
    tree.change("/y", mode=0o755, time=5.0)
    assert (tree.list("/"), tree.info("/y").mode, tree.info("/y").modified) == (["y"], 0o755, 5.0)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (lambda tree: tree.read("/nope"), "ENOENT"),
        (lambda tree: tree.read("/"), "EISDIR"),
        (lambda tree: tree.write("/nope/x", b"", NOW), "ENOENT"),
        (lambda tree: tree.write("/file/x", b"", NOW), "ENOTDIR"),
        (lambda tree: tree.make_directory("/file", NOW), "EEXIST"),
        (lambda tree: tree.remove("/full"), "ENOTEMPTY"),
        (lambda tree: tree.remove("/"), "EBUSY"),
        (lambda tree: tree.rename("/full", "/full/inside"), "EINVAL"),
        (lambda tree: tree.rename("/file", "/full"), "EISDIR"),
        (lambda tree: tree.make_link("/link", "/etc/passwd", NOW), "EPERM"),
        (lambda tree: tree.change("/file", owner=(0, 0)), "EPERM"),
        (lambda tree: tree.write("/" + "n" * 300, b"", NOW), "ENAMETOOLONG"),
        (lambda tree: tree.list("/file"), "ENOTDIR"),
    ],
)
def test_errors(folder: Path, operation: object, code: str) -> None:
    (folder / "file").write_text("x")
    (folder / "full").mkdir()
    (folder / "full" / "y").write_text("y")
    assert callable(operation)
    with pytest.raises(FileError) as error:
        operation(WorkspaceTree(folder))
    assert code_of(error) == code


def test_links_are_shown_and_never_followed(tree: WorkspaceTree, folder: Path) -> None:
    (folder / "out").symlink_to("../secret")
    (folder / "up").symlink_to("..")
    assert (tree.info("/out").kind, tree.info("/out").target) == ("link", "../secret")
    for attempt in (
        lambda: tree.read("/out"),
        lambda: tree.write("/out", b"overwritten", NOW),
        lambda: tree.append("/out", b"more", NOW),
        lambda: tree.read("/up/secret"),
        lambda: tree.list("/up/workspace"),
        lambda: tree.write("/up/new", b"", NOW),
        lambda: tree.change("/out", mode=0o777),
    ):
        with pytest.raises(FileError):
            attempt()
    assert (folder.parent / "secret").read_text() == "secret"
    tree.remove("/out")
    assert (folder.parent / "secret").exists()


def test_a_pipe_of_the_host_does_not_block(tree: WorkspaceTree, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert tree.info("/pipe").kind == "device"
    with pytest.raises(FileError):
        tree.read("/pipe")


def test_files_of_the_tutor_do_not_exist(tree: WorkspaceTree, folder: Path) -> None:
    (folder / ".k8s-tutor-state").write_text("x")
    assert tree.list("/") == []
    with pytest.raises(FileError) as error:
        tree.read("/.k8s-tutor-state")
    assert code_of(error) == "ENOENT"


def test_a_huge_file_is_refused(tree: WorkspaceTree, folder: Path) -> None:
    with (folder / "huge").open("wb") as file:
        file.truncate(workspace.MAX_FILE + 1)
    with pytest.raises(FileError) as error:
        tree.read("/huge")
    assert code_of(error) == "EFBIG"
    with pytest.raises(FileError) as error:
        tree.write("/x", bytes(workspace.MAX_FILE + 1), NOW)
    assert code_of(error) == "EFBIG"


def test_the_folder_has_room_for_so_much(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MAX_TOTAL", 100)
    monkeypatch.setattr(workspace, "MAX_FILES", 3)
    (folder / "there").write_bytes(bytes(50))
    tree = WorkspaceTree(folder)
    tree.write("/a", bytes(40), NOW)
    with pytest.raises(FileError) as error:
        tree.append("/a", bytes(20), NOW)
    assert code_of(error) == "ENOSPC"
    tree.remove("/there")
    tree.append("/a", bytes(20), NOW)
    tree.make_directory("/b", NOW)
    tree.write("/c", b"", NOW)
    with pytest.raises(FileError) as error:
        tree.write("/d", b"", NOW)
    assert code_of(error) == "ENOSPC"


def test_a_failed_write_does_not_use_up_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "MAX_FILES", 2)
    (folder / "a").mkdir()
    tree = WorkspaceTree(folder)
    for _ in range(5):
        with pytest.raises(FileError):
            tree.make_directory("/a", NOW)
        with pytest.raises(FileError):
            tree.write("/nope/x", b"", NOW)
    tree.write("/b", b"", NOW)
