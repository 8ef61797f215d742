"""The shell's grammar and the state it keeps between lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shell.conftest import LIMIT, Bench
from tutor.shell import PracticeShell, run_lines


def test_pipes_redirections_lists_and_loops(bench: Bench) -> None:
    assert (
        bench.out("printf 'b\\na\\n' | sort > f.txt; cat < f.txt && for i in 1 2; do echo $i; done") == "a\nb\n1\n2\n"
    )
    assert (bench.workspace / "f.txt").read_text() == "a\nb\n"


def test_state_stays_between_lines(bench: Bench) -> None:
    bench.out("x=7; greet() { echo hello $1; }; alias ll='ls -1'; mkdir -p a/b; touch a/b/c.yaml; cd a")
    assert bench.out("greet $x") == "hello 7\n"
    assert bench.out("pwd; ll b") == "/home/learner/a\nc.yaml\n"
    assert bench.run("false").status == 1
    assert bench.out("echo $?") == "1\n"


def test_k_is_kubectl(bench: Bench) -> None:
    assert bench.out("alias k") == "alias k='kubectl'\n"
    assert bench.out("k version --client | head -1").startswith("Client Version: v1.")
    assert bench.out("echo $(k version --client | head -1)").startswith("Client Version: v1.")


def test_results_tell_the_streams_apart(bench: Bench) -> None:
    first, second = run_lines(bench.shell, ["echo out; echo err >&2; (exit 3)", "nonesuch"])
    assert (first.status, first.stdout, first.stderr) == (3, "out\n", "err\n")
    assert (second.status, second.stderr) == (127, "bash: nonesuch: command not found\n")


@pytest.mark.parametrize(
    "line",
    [
        "echo 'a",
        'echo "a',
        "cat <<EOF",
        "for i in 1 2; do",
        "if true; then",
        "echo a \\",
        "(echo a",
        "echo $(ls",
        "a() {",
    ],
)
def test_an_unfinished_line_asks_for_more(bench: Bench, line: str) -> None:
    assert bench.shell.needs_more(line)
    bench.shell.start_line(line)
    assert bench.shell.prompt == "> "
    assert not bench.shell.running


@pytest.mark.parametrize(
    "line", ["echo a", "echo 'a'", "echo )", "cat <<EOF\na\nEOF", "", "   ", "# x", "a\\\\", "<pod>"]
)
def test_a_finished_line_does_not(bench: Bench, line: str) -> None:
    assert not bench.shell.needs_more(line)


def test_a_here_document_typed_line_by_line(bench: Bench) -> None:
    for line in ("cat <<EOF", "a", "  b"):
        bench.shell.start_line(line)
    assert bench.pane.pieces == []
    bench.shell.start_line("EOF")
    assert bench.shell.wait(20) == 0
    assert bench.pane.text() == "a\n  b\n"
    assert bench.shell.prompt == "$ "
    assert bench.shell.history == ["cat <<EOF\na\n  b\nEOF"]


def test_ctrl_c_drops_an_unfinished_line(bench: Bench) -> None:
    bench.shell.start_line("echo 'a")
    bench.shell.interrupt()
    assert bench.shell.prompt == "$ "
    assert bench.out("echo b") == "b\n"


def test_an_unfinished_line_without_a_screen_is_an_error(bench: Bench) -> None:
    assert bench.run("echo 'a").status == 2
    assert bench.out("echo b") == "b\n"


def test_the_shell_survives_exit_and_exec(bench: Bench) -> None:
    bench.out("x=1")
    assert "stays open" in bench.run("exit 4").stderr
    assert bench.out("echo $? $x") == "4 1\n"
    assert bench.run("exec ls").status == 126
    assert bench.run("set -e; false; echo not reached").stdout == ""
    assert bench.out("set +e; echo $x") == "1\n"
    assert bench.run("kill -9 $$; kill -TERM $$").status == 0
    assert bench.out("(exit 5) || echo $?") == "5\n"


def test_the_prompt_shows_folder_and_namespace(bench: Bench) -> None:
    assert bench.shell.prompt == "$ "
    bench.run("mkdir -p sub; cd sub; kubectl config set-context --current --namespace=production")
    assert bench.shell.prompt == "sub [production] $ "
    bench.run("cd /tmp")
    assert bench.shell.prompt == "/tmp [production] $ "


def test_a_damaged_kubeconfig_is_reported_by_kubectl_alone(bench: Bench, nowhere: Path) -> None:
    nowhere.write_text("a: [")
    assert bench.shell.prompt == "$ "
    assert "error loading config file" in bench.run("kubectl get pods").stderr
    assert bench.out("cat ~/.kube/config; echo fine") == "fine\n"


def test_every_line_ends_with_a_note_even_without_output(bench: Bench) -> None:
    bench.shell.start_line("true")
    bench.pane.wait_for_end()
    assert not bench.shell.running


def test_clear_and_watch_clear_the_screen(bench: Bench) -> None:
    bench.out("clear")
    assert ("clear", "") in bench.pane.pieces


def test_a_job_in_the_background_reports(bench: Bench) -> None:
    assert bench.run("sleep 0.01 &").stderr.startswith("[1] ")
    assert bench.run("wait; echo done").stdout == "done\n"


def test_a_broken_screen_does_not_break_the_shell(nowhere: Path, tmp_path: Path) -> None:
    def broken(stream: str, text: str) -> None:
        raise RuntimeError("the screen is gone")

    shell = PracticeShell(nowhere, tmp_path / "workspace", output=broken, remember=False)
    shell.run("echo a", LIMIT)
    assert shell.run("echo b > f", LIMIT).status == 0
    assert (tmp_path / "workspace" / "f").read_text() == "b\n"
    shell.close()
