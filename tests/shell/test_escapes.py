"""Attempts to get out of the practice shell, or to take the tutor down from inside it. All of them fail safely."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest

from tests.shell.conftest import LIMIT, Bench

SECRET = "the-learner-s-own-secret"


@pytest.fixture
def outside(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file beside the workspace, a link to it inside, and a secret in the host's environment."""
    file = bench.workspace.parent / "outside.txt"
    file.write_text(SECRET)
    (bench.workspace / "link").symlink_to(file)
    (bench.workspace / "relative").symlink_to("../outside.txt")
    (bench.workspace / "folder").symlink_to("..")
    monkeypatch.setenv("HOST_SECRET", SECRET)
    return file


ATTEMPTS = [
    "cat {outside}",
    "cat ../outside.txt ../../outside.txt",
    "cat link relative folder/outside.txt",
    "cd folder && ls && cat outside.txt",
    "cp link copy; cat copy",
    "echo gone > link; echo gone > relative; echo gone > folder/outside.txt; echo gone > {outside}",
    "rm {outside} folder/outside.txt; mv link /tmp/x; cat /tmp/x",
    "find / -name outside.txt; grep -r learner-s /",
    "ln -s {outside} mine; cat mine",
    "tee {outside} < /dev/null; truncate -s 0 {outside}; touch {outside}",
    "kubectl apply -f {outside}; kubectl apply -f link; kubectl apply -f folder/outside.txt",
    "kubectl create configmap x --from-file={outside} --dry-run=client -o yaml",
    "kubectl create configmap x --from-file=relative --dry-run=client -o yaml",
    "kubectl create secret generic x --from-env-file=../outside.txt --dry-run=client -o yaml",
    "kubectl cp {outside} pod:/x; kubectl get pods -o jsonpath-file={outside}",
    "kubectl get pods --kubeconfig={outside}; kubectl config view --kubeconfig link --raw",
    "kubectl proxy; kubectl port-forward pod/x 8080; kubectl plugin list",
    "kubectl get pods --cache-dir={outside}; kubectl get pods --profile-output={outside}",
    "env; printenv HOST_SECRET; echo $HOST_SECRET; set; cat /proc/*/environ",
    "echo `cat {outside}` $(cat {outside}) <(cat {outside})",
    ". {outside}; source link; sh {outside}; bash -c 'cat {outside}'",
    "vi {outside}; vi link",
    "curl file://{outside}; curl -o {outside} web; wget -O {outside} web",
    "python3 -c 'print(open(\"{outside}\").read())'; perl -e 1; os.system; !cat {outside}",
    "exec 3< {outside}; cat <&3; cat /dev/fd/3; read x < {outside}; echo $x",
    "sed -i s/learner/x/ {outside}; sed w{outside} /etc/passwd; sed '1e cat {outside}' /etc/passwd",
    "xargs cat <<< {outside}; find . -exec cat {{}} +; find folder/ -follow",
    "CDPATH={outside} HOME={outside}; cat ~; PATH={outside}:/usr/bin; ls",
    "mkdir -p {outside}/x; rmdir {outside}; chmod 777 {outside} link; chown root link",
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_outside_is_read_or_changed(bench: Bench, outside: Path, attempt: str) -> None:
    os.utime(outside, (1_000, 1_000))
    result = bench.run(attempt.format(outside=outside), timeout=5)
    assert SECRET not in result.stdout + result.stderr
    assert outside.read_text() == SECRET
    assert (outside.stat().st_mtime, outside.stat().st_mode & 0o777) == (1_000, 0o644)
    assert sorted(entry.name for entry in outside.parent.iterdir()) == [
        "nowhere.kubeconfig",
        "outside.txt",
        "workspace",
    ]


def test_the_shell_s_own_passwd_is_not_the_host_s(bench: Bench) -> None:
    assert bench.out("cat /etc/passwd | grep -c learner") == "1\n"
    assert bench.run("cat /etc/shadow /etc/hosts").status == 1


def test_credentials_are_not_shown(bench: Bench) -> None:
    text = bench.out("cat ~/.kube/config; kubectl config view")
    assert "REDACTED" in text
    assert "very-secret-token" not in text


EXHAUSTING = [
    "f() { f | f & }; f",
    "f() { f; }; f",
    ":(){ :|:& };:",
    "x=a; while true; do x=$x$x; done",
    "while true; do echo line >> big.txt; cat big.txt big.txt >> bigger.txt; done",
    "eval $(printf 'eval %.0s' $(seq 500)) true",
    "echo {1..100000000}",
    "echo $(yes)",
    "a=$(( 1 << 100000 )); b=$((9**9**9)); echo $((1/0))",
    "cat /dev/zero | sort",
    "head -c 100000000 /dev/zero > zeros; dd if=/dev/zero of=x",
    "yes | tee a b c | sort | uniq -c",
    "printf '%1000000000d' 1",
    "seq 1 1000000000 > /tmp/x",
    "while true; do mkdir d; cd d; done",
    "cd /tmp; while true; do mkdir d; cd d; done",
    "i=0; while true; do touch file$i; i=$((i+1)); done",
    "grep -E '(a*)*b' <<< aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "while true; do sleep 1000 & done",
    "while true; do kubectl get pods & done 2> /dev/null",
    "trap '' INT TERM HUP; while true; do :; done",
    "kubectl version --client | sh; yes | sh",
]


@pytest.mark.parametrize("line", EXHAUSTING)
def test_nothing_uses_up_the_host(bench: Bench, line: str) -> None:
    before = threading.active_count()
    bench.run(line, timeout=0.4)
    for _ in range(2):
        bench.shell.interrupt()
    assert bench.run("cd; echo alive", timeout=5).stdout.endswith("alive\n")
    assert sum(file.stat().st_size for file in bench.workspace.rglob("*") if file.is_file()) < 80 * 1024 * 1024
    assert threading.active_count() < before + 60


def test_endless_output_is_stopped_with_a_note(bench: Bench) -> None:
    bench.out("seq 10000 > numbers")
    result = bench.run("while true; do cat numbers; done")
    assert result.status == 130
    assert "printed more than 1 MiB" in result.stderr
    assert 1024 * 1024 - 70_000 < len(result.stdout) <= 1024 * 1024
    assert bench.out("echo alive") == "alive\n"


def test_binary_output_is_shown_as_harmless_text(bench: Bench) -> None:
    (bench.workspace / "garbage").write_bytes(bytes(range(256)) * 50 + b"\x1b]0;title\x07\x1b[31mred\x1b[0m")
    shown = bench.run("cat garbage; head -c 20000 /dev/urandom").stdout
    assert not {*map(chr, range(32)), "\x7f", "\x9b"} & set(shown) - {"\n", "\t"}
    assert bench.run("kubectl apply -f garbage").status == 1


TEXT = """
kubectl get pods -n -f - -o yaml | || & && ; ( ) { } < > >> << <<EOF EOF ' " ` $ $( ${ ${x:- $(( )) \\ # ! * ? [ ] [[ ]]
~ = x= $x $1 $@ $? $$ $! if then else fi for in do done while until case esac function f() cat echo printf %s sed s/a/b/ grep
-E sort head -1 cd .. / /etc /tmp read wait jobs kill %1 -9 trap INT exec eval set -e -x unset export alias exit return break
true false test -z sleep 0 seq 3 xargs tee x.txt ls -la rm -rf k help history curl web \x00 \x1b \xff é 漢 \ud800 a b
c 1 2 999999999999
"""
WORDS = [*TEXT.replace("\n", " ").split(" "), "\n"]


def line_of(dice: random.Random) -> str:
    return "".join(dice.choice(WORDS) + dice.choice(["", " ", " ", " "]) for _ in range(dice.randint(1, 14)))


@pytest.mark.parametrize("seed", range(6))
def test_random_lines_neither_crash_nor_hang(bench: Bench, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(400):
        line = line_of(dice)
        bench.shell.complete(line, len(line))
        result = bench.run(line, timeout=0.5)
        assert "internal error" not in result.stderr, (line, result)
    bench.run("EOF")
    assert bench.run(
        "set +ex; trap - INT; unset -f echo; unalias -a; PATH=/bin; cd /; builtin echo alive; echo alive", LIMIT
    ).stdout
