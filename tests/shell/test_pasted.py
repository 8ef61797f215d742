"""Commands copied from web pages, with their prompts and with what they printed."""

from __future__ import annotations

import pytest

from tests.shell.conftest import Bench
from tutor.shell.pasted import LEFT_OUT, LINES_LEFT_OUT, commands_of, without_prompt


@pytest.mark.parametrize(
    "prompt",
    [
        "$ ",
        "  $ ",
        "% ",
        "user@host:~$ ",
        "root@controlplane:~# ",
        "[root@master ~]# ".replace("#", "$"),
        "controlplane $ ",
        "[production] $ ",
        "sub [production] $ ",
    ],
)
def test_a_prompt_is_no_part_of_the_command(prompt: str) -> None:
    assert without_prompt(f"{prompt}kubectl get pods") == "kubectl get pods"


@pytest.mark.parametrize("line", ["# kubectl get pods", "$x", "$", "echo $ a", "[ -f a ] && ls", "echo 50 % 7", ""])
def test_what_is_no_prompt_stays(line: str) -> None:
    assert without_prompt(line) == line


def test_a_block_without_prompts_is_taken_as_it_is() -> None:
    assert commands_of("# see\nls\n\necho $x\n") == (["# see", "ls", "", "echo $x", ""], "")


def test_of_a_transcript_only_the_commands_are_run() -> None:
    text = "$ kubectl get ns\nNAME   STATUS\ndefault Active\n\n$ kubectl get pods \\\n>   -A\n$ ls"
    assert commands_of(text) == (["kubectl get ns", "kubectl get pods \\", "  -A", "ls"], LINES_LEFT_OUT)


def test_a_here_document_behind_a_prompt_is_whole() -> None:
    text = "$ cat <<EOF > a.yaml\nkind: Pod\nEOF\n"
    assert commands_of(text) == (["cat <<EOF > a.yaml", "kind: Pod", "EOF", ""], LEFT_OUT)


def test_a_typed_prompt_is_left_out_and_the_command_shown(bench: Bench) -> None:
    assert bench.out("$ echo a") == "a\n"
    assert bench.pane.text("input") == "echo a\n"
