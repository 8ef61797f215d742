"""Editors, help and what is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.shell.conftest import Bench


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("docker ps", "kubectl run"),
        ("sudo kubectl get pods", "type the command without it"),
        ("helm install x y", "kubectl apply -f"),
        ("k8s-tutor", "you are in the tutor already"),
        ("ssh node-1", "kubectl exec"),
        ("jq .", "jsonpath"),
    ],
)
def test_what_is_not_there_names_what_to_use(bench: Bench, line: str, hint: str) -> None:
    result = bench.run(line)
    assert result.status == 127
    assert result.stderr == f"bash: {line.split()[0]}: command not found\n"
    assert hint in result.tip


def test_what_is_not_there_is_not_found_by_scripts_either(bench: Bench) -> None:
    assert bench.run("which docker").stdout == ""
    assert bench.out("command -v helm || echo none") == "none\n"
    assert "kubectl run" in bench.run("docker ps | cat").tip


def test_leaving_the_workspace_is_said_once_with_the_way_back(bench: Bench) -> None:
    assert "cd brings you back" in bench.run("cd ..").tip
    assert bench.run("cd /tmp").tip == ""
    assert bench.run("cd; mkdir -p a; cd a").tip == ""
    assert "cd brings you back" in bench.run("cd /").tip


def test_help_fits_a_small_screen(bench: Bench) -> None:
    lines = bench.out("help").splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) <= 79


def test_pagers_print(bench: Bench) -> None:
    assert bench.out("echo a > f; less f; cat f | more") == "a\na\n"


def test_editors_open_the_tutor_s_editor(open_bench: Callable[..., Bench]) -> None:
    opened: list[tuple[str, str]] = []

    def editor(name: str, text: str) -> str | None:
        opened.append((name, text))
        return f"{text}edited\n"

    bench = open_bench(editor=editor)
    bench.out("mkdir a; cd a; echo old > f.yaml; vi f.yaml; nano new.yaml")
    assert opened == [("f.yaml", "old\n"), ("new.yaml", "")]
    assert bench.out("cat f.yaml new.yaml") == "old\nedited\nedited\n"
    assert bench.run("vi").status == 2
    assert bench.run("vi /etc/passwd").stderr == "vi: /etc/passwd: Read-only file system\n"


def test_an_editor_that_is_left_changes_nothing(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(editor=lambda name, text: None)
    bench.out("vi f.yaml")
    assert not (bench.workspace / "f.yaml").exists()


def test_a_file_that_is_no_text_is_not_edited(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(editor=lambda name, text: text)
    (bench.workspace / "f").write_bytes(b"\xff\x00")
    assert "not a text file" in bench.run("vi f").stderr


def test_without_an_editor_they_name_the_files_pane(bench: Bench) -> None:
    result = bench.run("vi f.yaml")
    assert (result.status, result.stderr) == (1, "vi: open f.yaml in the Files pane\n")


def test_a_copy_of_a_command_says_how_to_use_it(bench: Bench) -> None:
    assert "by its own name" in bench.run("cp /bin/kubectl /tmp/mine; /tmp/mine get pods").stderr


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("printf 'NAME  READY\\nweb-app-1 1/1\\n' | column -t", "NAME       READY\nweb-app-1  1/1\n"),
        ("printf 'a:bb\\nccc:d\\n' | column -t -s: -o' | '", "a   | bb\nccc | d\n"),
        ("printf '%s\\n' a b c | column -c 16", "a\tc\n".expandtabs() + "b\n"),
        ("column -t < /dev/null", ""),
    ],
)
def test_column_puts_cells_below_each_other(bench: Bench, line: str, printed: str) -> None:
    assert bench.out(line) == printed


def test_ended_jobs_are_told_of_as_bash_does(bench: Bench) -> None:
    bench.run("sleep 100 &")
    assert bench.out("jobs") == "[1]+  Running                 sleep 100 &\n"
    bench.run("kill %1")
    bench.run("true")
    bench.pane.wait_for("[1]+  Terminated              sleep 100\n", "stderr")
    assert bench.run("echo a | nonesuch").stderr == "bash: nonesuch: command not found\n"
