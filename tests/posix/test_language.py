"""Parts of the language that the recorded shell does not have or that need their own look."""

from __future__ import annotations

import pytest

from tutor.posix import run_script

BASH = [
    ("echo {a,b}{1..3}", "a1 a2 a3 b1 b2 b3"),
    ("echo {01..10..3} {c..a} x{,y}z {a} {a,b", "01 04 07 10 c b a xz xyz {a} {a,b"),
    ("echo '{a,b}' \"{a,b}\" $((1+1)){x,y}", "{a,b} {a,b} 2x 2y"),
    ("[[ foo == f* && ! foo == b* ]] && echo yes", "yes"),
    ("x='a b'; [[ $x == 'a b' ]] && echo same", "same"),
    ("[[ abc =~ ^a.c$ ]] && echo match", "match"),
    ("x=web-12; [[ $x =~ ^(web|db)-[0-9]+$ ]] && echo re; [[ $x =~ '^web' ]] || echo quoted", "re\nquoted"),
    ("[[ -n '' || ( 1 -lt 2 && -d /etc ) ]] && echo nested", "nested"),
    ("(( 2 > 1 )) && echo yes; (( 0 )) || echo no", "yes\nno"),
    ("cat <<< 'here string'", "here string"),
    ("x=abc; echo ${x:1} ${x:0:2} ${x: -1} ${x/b/X} ${x//[ac]/-}", "bc ab c aXc -b-"),
    ("function f { echo $1; }; f x", "x"),
    ("printf -v x '%03d' 7; echo $x", "007"),
    ("x=a; x+=b; echo $x", "ab"),
    ("echo both &> /tmp/o; nosuch &>> /tmp/o; wc -l < /tmp/o", "2"),
    ("echo $'a\\tb\\x41'", "a\tbA"),
    ("set -o pipefail; false | true; echo $?", "1"),
    ("i=5; echo $((i++)) $((++i)) $((i--)) $((2**10))", "5 7 7 1024"),
    ("case a in a) echo 1;& b) echo 2;; esac", "1\n2"),
    ("source /tmp/s.sh arg", "sourced arg"),
    ("read -n 2 x <<< abc; echo $x; read -p '' -t 1 y < /dev/null; echo $?", "ab\n1"),
]


@pytest.mark.parametrize(("script", "expected"), BASH)
def test_what_bash_adds(script: str, expected: str) -> None:
    result = run_script(script, shell="bash", files={"/tmp/s.sh": "echo sourced $1"})
    assert result.stdout.decode() == expected + "\n", result.stderr.decode()


def test_plain_sh_has_no_brace_expansion() -> None:
    assert run_script("echo {a,b} {1..3}").stdout == b"{a,b} {1..3}\n"


def test_a_mistake_further_down_does_not_stop_what_stands_above() -> None:
    result = run_script("echo first\necho second; fi\necho third")
    assert (result.stdout, result.status) == (b"first\n", 2)


def test_xtrace_shows_what_runs() -> None:
    result = run_script("set -x; x='a b'; echo \"$x\" c; y=1 true")
    assert result.stderr == b"+ x='a b'\n+ echo 'a b' c\n+ y=1 true\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("read -t 2 x; echo $?; date +%s", "1\n2\n"),
        ("timeout 3 sleep 10; echo $?; date +%s", "143\n3\n"),
        ("sleep 1 & sleep 2 & wait; date +%s", "2\n"),
        ("sleep 5 & wait $!; date +%s", "5\n"),
        ("time -p sleep 2 2>&1 | head -1", "real\t0m 2.00s\n"),
        ("sleep 0.5; sleep 1m; date +%s", "60\n"),
        ("(sleep 2.5; kill $$) & trap 'date +%s; exit' TERM; while :; do sleep 1; done", "3\n"),
        ("tail -f /tmp/log & sleep 2; echo new >> /tmp/log; sleep 2; kill $!", "old\nnew\n"),
        ("date -u '+%Y-%m-%d %H:%M:%S'; sleep 3600; date -u +%T", "1970-01-01 00:00:00\n01:00:00\n"),
        ("watch -t -n 2 date +%s & sleep 5; kill $!", "\x1b[H\x1b[J0\n\x1b[H\x1b[J2\n\x1b[H\x1b[J4\n"),
    ],
)
def test_time_is_the_hosts(script: str, expected: str) -> None:
    from tutor.posix import new_machine

    machine = new_machine(guards_init=False)
    machine.files.write("/tmp/log", b"old\n")
    session = machine.start(["sh", "-c", script], {"PATH": "/bin"})
    now, out = 0.0, b""
    for _ in range(200):
        progress = machine.run(now)
        out += b"".join(data for _, data in session.take_output())
        if session.status is not None or progress.wake_at is None:
            break
        now = progress.wake_at if not progress.busy else now
    assert out.decode() == expected


def test_random_numbers_follow_from_the_seed() -> None:
    from tutor.posix import new_machine

    outputs = [
        run_script("echo $RANDOM $RANDOM", machine=new_machine(seed=seed, guards_init=False)).stdout
        for seed in (1, 1, 2)
    ]
    assert outputs[0] == outputs[1] != outputs[2]


def test_bytes_that_are_no_text_survive() -> None:
    result = run_script('cat /b; x=$(cat /b); printf %s "$x"; cat < /b | sed s/x/y/', files={"/b": b"\xff\xfex\x80"})
    assert result.stdout == b"\xff\xfex\x80" * 2 + b"\xff\xfey\x80"


def test_globs_sort_hide_dots_and_stay_when_nothing_matches() -> None:
    files = {"/d/b.txt": "", "/d/a.txt": "", "/d/.hidden": "", "/d/sub/c.txt": ""}
    assert run_script(
        "cd /d; echo *; echo */*.txt /d/*/; echo .h* nope*; echo [!a]*.txt", files=files
    ).stdout.decode() == ("a.txt b.txt sub\nsub/c.txt /d/sub/\n.hidden nope*\nb.txt\n")


def test_arguments_and_environment_reach_the_script() -> None:
    result = run_script('echo "$1|$2|$X"', "one", "two words", environment={"X": "env"})
    assert result.stdout == b"one|two words|env\n"


def test_a_script_without_an_end_is_killed_when_its_budget_is_used_up() -> None:
    result = run_script("echo start; while :; do :; done", budget=2_000)
    assert (result.status, result.stdout) == (137, b"start\n")
