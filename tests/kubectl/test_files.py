"""What a command may read and write: the workspace and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kubectl.harness import run_kubectl, serving
from tutor.kubectl import FolderFiles, HostFiles

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(POD, encoding="utf-8")
    (folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    (folder / "pod.yaml").write_text(POD, encoding="utf-8")
    return folder


@pytest.mark.parametrize("path", ["../outside.yaml", "link.yaml", "/etc/hostname", "sub/../../outside.yaml", "\0"])
def test_paths_do_not_leave_the_workspace(workspace: Path, path: str) -> None:
    files = FolderFiles(workspace)
    assert not files.exists(path)
    with pytest.raises(OSError, match=r".*"):
        files.read_bytes(path)
    with pytest.raises(OSError, match=r".*"):
        files.write(path, b"x")


@pytest.mark.parametrize("command", [["apply", "-f", "-"], ["create", "--raw", "/api/v1/pods", "-f", "-"]])
def test_standard_input_that_is_no_text_is_refused(command: list[str]) -> None:
    config, connection = serving({})
    outcome = run_kubectl(command, config, stdin="\udcff\udcfe")
    assert outcome.exit_code == 1
    assert outcome.stderr == "error: error reading STDIN: the input is not UTF-8 text\n"
    assert not [request for request in connection.requests if request.method != "GET"]


def test_the_users_own_command_line_reads_every_file(workspace: Path) -> None:
    files = HostFiles(workspace)
    assert (
        files.read_bytes("../outside.yaml") == files.read_bytes(str(workspace.parent / "outside.yaml")) == POD.encode()
    )
    assert files.exists("pod.yaml")
    assert not files.exists("nosuch.yaml")
    assert not files.exists("\0")


def test_files_inside_are_read_listed_and_written(workspace: Path) -> None:
    files = FolderFiles(workspace)
    files.write("sub/new.txt", b"x")
    assert files.read_bytes("sub/new.txt") == b"x"
    assert files.is_dir("sub")
    assert files.list(".") == ["link.yaml", "pod.yaml", "sub"]


def test_apply_says_that_a_file_outside_does_not_exist(workspace: Path) -> None:
    config, connection = serving({})
    outcome = run_kubectl(["apply", "-f", "../outside.yaml"], config, folder=workspace)
    assert outcome.stderr == 'error: the path "../outside.yaml" does not exist\n'
    assert not connection.requests


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: b\n  c: d\n", "mapping values are not allowed in this context"),
        ("- a\n- b\n", "invalid object to validate"),
        ("kind: Pod\n", "apiVersion not set"),
        ("{}", "apiVersion not set, kind not set"),
    ],
)
def test_what_is_no_manifest_is_explained(workspace: Path, content: str, message: str) -> None:
    (workspace / "bad.yaml").write_text(content, encoding="utf-8")
    outcome = run_kubectl(["create", "-f", "bad.yaml"], serving({})[0], folder=workspace)
    assert outcome.exit_code == 1
    assert message in outcome.stderr


def test_a_binary_file_is_refused(workspace: Path) -> None:
    (workspace / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    outcome = run_kubectl(["create", "-f", "bad.yaml"], serving({})[0], folder=workspace)
    assert outcome.stderr == "error: error reading bad.yaml: the file is not UTF-8 text\n"


def test_the_internet_is_not_read() -> None:
    outcome = run_kubectl(["apply", "-f", "https://example.com/x.yaml"], serving({})[0])
    assert "does not fetch files from the internet" in outcome.stderr


def test_json_documents_may_follow_each_other_without_a_mark() -> None:
    documents = [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}} for name in ("a", "b")]
    text = "\n".join(json.dumps(document, indent=2) for document in documents)
    outcome = run_kubectl(["create", "-f", "-", "--dry-run=client"], serving({})[0], stdin=text)
    assert outcome.stdout == "pod/a created (dry run)\npod/b created (dry run)\n"


NO_KIND = "metadata: {name: x}\n"
UNDECODED = 'unable to decode "STDIN": Object \'Kind\' is missing in \'{"metadata":{"name":"x"}}\'\n'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("get -f -", UNDECODED),
        ("describe -f -", UNDECODED),
        ("delete -f -", f"error: {UNDECODED}"),
        ("apply --validate=false -f -", f"error: {UNDECODED}"),
        ("get -f - -f -", "error: standard input cannot be used for multiple arguments\n"),
        ("set env -f - -", "error: standard input cannot be used for multiple arguments\n"),
    ],
)
def test_only_commands_that_validate_look_at_the_whole(words: str, message: str) -> None:
    outcome = run_kubectl(words.split(), serving({})[0], stdin=NO_KIND)
    assert (outcome.exit_code, outcome.stderr) == (1, message)


def test_a_broken_document_does_not_keep_the_others_from_being_replaced() -> None:
    path = "/api/v1/namespaces/default/pods/a"
    config, _ = serving({path: {"metadata": {"resourceVersion": "1"}}, f"PUT {path}": {"metadata": {"name": "a"}}})
    outcome = run_kubectl(["replace", "-f", "-"], config, stdin=f"{POD}---\n{NO_KIND}")
    assert (outcome.exit_code, outcome.stdout) == (1, "pod/a replaced\n")
    assert "[apiVersion not set, kind not set]" in outcome.stderr


def test_what_is_exposed_from_a_file_need_not_exist() -> None:
    services = "POST /api/v1/namespaces/default/services"
    config, _ = serving({services: {"metadata": {"name": "a"}, "kind": "Service", "apiVersion": "v1"}})
    manifest = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {run: a}}\n"
    assert run_kubectl(["expose", "-f", "-", "--port=80"], config, stdin=manifest).stdout == "service/a exposed\n"


def test_a_broken_document_does_not_keep_the_others_from_being_exposed() -> None:
    services = "POST /api/v1/namespaces/default/services"
    config, _ = serving({services: {"metadata": {"name": "a"}, "kind": "Service", "apiVersion": "v1"}})
    manifest = f"{NO_KIND}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{run: a}}}}\n"
    outcome = run_kubectl(["expose", "-f", "-", "--port=80"], config, stdin=manifest)
    assert (outcome.stdout, outcome.stderr) == ("service/a exposed\n", f"error: {UNDECODED}")


def test_a_stream_names_more_than_one_object_to_exec_in() -> None:
    outcome = run_kubectl(["exec", "-f", "-", "--", "date"], serving({})[0], stdin=POD)
    assert outcome.stderr == "error: cannot exec into multiple objects at a time\n"


def test_a_folder_is_read_in_order_and_only_its_manifests(workspace: Path) -> None:
    (workspace / "all").mkdir()
    for name in ("b.yaml", "a.json", "notes.txt"):
        text = (
            '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}'
            if name == "a.json"
            else POD.replace("name: a", "name: b")
        )
        (workspace / "all" / name).write_text(text, encoding="utf-8")
    routes = {"POST /api/v1/namespaces/default/pods": lambda request: _created(request.body)}
    outcome = run_kubectl(["create", "-f", "all"], serving(routes)[0], folder=workspace)
    assert outcome.stdout == "pod/a created\npod/b created\n"


def _created(body: dict[str, object]) -> object:
    from tests.kubectl.harness import Reply

    return Reply(201, body)
