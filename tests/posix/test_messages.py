"""The words of error messages, by shell: busybox ash, dash, bash."""

from __future__ import annotations

import pytest

from tutor.posix import HostInfo, new_machine, run_script

CASES = [
    ("nosuch", 127, "sh: nosuch: not found", "sh: 1: nosuch: not found", "bash: line 1: nosuch: command not found"),
    ("/etc/passwd", 126, *(f"{head}/etc/passwd: Permission denied" for head in ("sh: ", "sh: 1: ", "bash: line 1: "))),
    ("/etc", 126, *(f"{head}/etc: Permission denied" for head in ("sh: ", "sh: 1: ", "bash: line 1: "))),
    (
        "\n\ncat < /nope",
        None,
        "sh: can't open /nope: no such file",
        "sh: 3: can't open /nope: No such file",
        "bash: line 3: /nope: No such file or directory",
    ),
    (
        "echo > /nope/x",
        None,
        "sh: can't create /nope/x: nonexistent directory",
        "sh: 1: can't create /nope/x: Directory nonexistent",
        "bash: line 1: /nope/x: No such file or directory",
    ),
    (
        "cd /nope",
        None,
        "sh: cd: line 1: can't cd to /nope: No such file or directory",
        "sh: 1: cd: can't cd to /nope",
        "bash: line 1: cd: /nope: No such file or directory",
    ),
    (
        "set -u; echo $x",
        None,
        "sh: x: parameter not set",
        "sh: 1: x: parameter not set",
        "bash: line 1: x: unbound variable",
    ),
    (
        "if true; then",
        2,
        'sh: syntax error: unexpected end of file (expecting "fi")',
        'sh: 1: Syntax error: End of file unexpected (expecting "fi")',
        "bash: line 1: syntax error: unexpected end of file",
    ),
    (
        "echo ok\nfi",
        2,
        'sh: syntax error: unexpected "fi"',
        'sh: 2: Syntax error: "fi" unexpected',
        "bash: line 2: syntax error near unexpected token `fi'",
    ),
    (
        "echo 'x",
        2,
        "sh: syntax error: unterminated quoted string",
        "sh: 1: Syntax error: Unterminated quoted string",
        "bash: line 1: syntax error: unexpected end of file",
    ),
]


@pytest.mark.parametrize(
    ("script", "status", "busybox", "dash", "bash"), CASES, ids=[str(case[0]).strip() for case in CASES]
)
def test_each_shell_words_it_its_own_way(script: str, status: int | None, busybox: str, dash: str, bash: str) -> None:
    for kind, expected in (("busybox", busybox), ("dash", dash), ("bash", bash)):
        machine = new_machine(guards_init=False, host=HostInfo(shell=kind))
        result = run_script(script, shell="bash" if kind == "bash" else "sh", machine=machine)
        assert result.stderr.decode() == expected + "\n"
        assert result.status != 0
        assert status in (None, result.status)


@pytest.mark.parametrize(
    ("command", "message", "status"),
    [
        ("cat /nope", "cat: can't open '/nope': No such file or directory", 1),
        ("ls /nope", "ls: /nope: No such file or directory", 1),
        ("rm /nope", "rm: can't remove '/nope': No such file or directory", 1),
        ("rm /etc", "rm: '/etc' is a directory", 1),
        ("mkdir /etc", "mkdir: can't create directory '/etc': File exists", 1),
        ("grep x /nope", "grep: /nope: No such file or directory", 2),
        ("grep '(' -E /etc/passwd", "grep: bad regex '(': Unmatched ( or \\(", 2),
        ("sleep x", "sleep: invalid number 'x'", 1),
        ("kill 999", "sh: can't kill pid 999: No such process", 1),
        ("ls -Q", "ls: unrecognized option: Q", 1),
        ("timeout 1 nosuch", "timeout: can't execute 'nosuch': No such file or directory", 127),
        ("[ 1 -eq x ]", "sh: x: bad number", 2),
        ("echo x | sort -k", "sort: option requires an argument: k", 1),
    ],
)
def test_tools_use_the_words_of_busybox(command: str, message: str, status: int) -> None:
    result = run_script(command)
    assert (result.stderr.decode(), result.status) == (message + "\n", status)


@pytest.mark.parametrize(
    "command",
    ["ln /etc/passwd /tmp/x", "grep -P x /etc/passwd", "seq -f %g 3", "touch -d @0 /tmp/x", "hexdump /etc/passwd"],
)
def test_what_is_not_there_says_so(command: str) -> None:
    result = run_script(command)
    assert b"simulated" in result.stderr
    assert result.status != 0


def test_a_script_file_is_named_with_its_line() -> None:
    result = run_script("sh /tmp/s.sh", files={"/tmp/s.sh": "echo a\n\nnosuch\n"})
    assert result.stderr == b"/tmp/s.sh: line 3: nosuch: not found\n"


def test_a_program_the_simulation_lacks_is_not_taken_for_a_missing_one() -> None:
    result = run_script("/usr/bin/mystery", files={"/usr/bin/mystery": b"\x7fELFmystery"})
    assert result.status == 126
