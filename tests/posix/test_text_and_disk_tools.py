"""awk, dd, df and mount: what they print, as the usual ones agree on it."""

from __future__ import annotations

import pytest

from tutor.posix import new_machine, run_script, userland

PODS = "NAME    READY   STATUS\nweb-1   1/1     Running\nweb-2   0/1     Pending\ndb-0    1/1     Running\n"
FILES = {"/pods": PODS, "/sums": "x 1\ny 2\nx 3\n", "/keys": "a:b:c\nk=v\n", "/blocks": "p1\nq1\n\n\np2\n"}

CASES = [
    ("awk '{print $1}' /pods", "NAME\nweb-1\nweb-2\ndb-0\n"),
    ("awk 'NR>1 && $3==\"Running\" {print $1, $NF}' /pods", "web-1 Running\ndb-0 Running\n"),
    ("awk -F: '{print $2}' /keys", "b\n\n"),
    ("awk -F: -v OFS=- '{$1=$1; print}' /keys", "a-b-c\nk=v\n"),
    ("awk -F'[:=]' '{print $1 $2}' /keys", "ab\nkv\n"),
    ("awk '{s+=$2} END{print s, s/NR}' /sums", "6 2\n"),
    ("awk '{a[$1]+=$2} END{for(k in a) print k, a[k]}' /sums | sort", "x 4\ny 2\n"),
    ("awk '$2>1' /sums", "y 2\nx 3\n"),
    ("awk '/web-1/,/web-2/ {print NR\": \"$1}' /pods", "2: web-1\n3: web-2\n"),
    ("awk 'NR==1{next} {print $1}' /sums", "y\nx\n"),
    ('awk \'BEGIN{RS=""}{print NR": "$1}\' /blocks', "1: p1\n2: p2\n"),
    ("awk 'END{print NR, $0}' /sums", "3 x 3\n"),
    ("awk '{$2=\"-\"; print; print NF}' /sums | head -2", "x -\n2\n"),
    ('awk \'BEGIN{print -2^2, 7%3, 1e3, 0.1+0.2, 1/3, "a" "b" 1+2}\'', "-4 1 1000 0.3 0.333333 ab3\n"),
    ('awk \'BEGIN{print ("10"<"9"), (10<9), !0, 1&&0, 1||0}\'', "1 0 1 0 1\n"),
    ('awk \'BEGIN{printf "%5.2f|%-5s|%05d|%x|%c|%%\\n", 3.14159, "ab", 42, 255, 65}\'', " 3.14|ab   |00042|ff|A|%\n"),
    ('awk \'BEGIN{print length("hello"), substr("hello",2,3), index("hello","l"), toupper("abc")}\'', "5 ell 3 ABC\n"),
    ('awk \'BEGIN{n=split("a,b,c",x,","); print n, x[1], x[3]}\'', "3 a c\n"),
    (
        'awk \'BEGIN{s="foo bar foo"; n=gsub(/foo/,"<&>",s); print n, s; sub("bar","x",s); print s}\'',
        "2 <foo> bar <foo>\n<foo> x <foo>\n",
    ),
    ("awk 'BEGIN{if (match(\"foobar\",/o+/)) print RSTART, RLENGTH}'", "2 2\n"),
    ('awk \'BEGIN{for(i=0;i<3;i++) printf "%d ", i; print ""}\'', "0 1 2 \n"),
    ("awk 'BEGIN{i=5; while(i>0) {i--; if(i==2) continue; if(i==1) break; print i}}'", "4\n3\n"),
    ("awk 'BEGIN{do {i++} while(i<3); print i}'", "3\n"),
    ("awk 'function f(n){return n<2?1:n*f(n-1)} BEGIN{print f(5)}'", "120\n"),
    ('awk \'BEGIN{x["a"]; print ("a" in x), ("b" in x); delete x["a"]; print length(x)}\'', "1 0\n0\n"),
    ("awk 'BEGIN{b[1,2]=3; for (k in b) { split(k, p, SUBSEP); print p[1], p[2] }}'", "1 2\n"),
    ("awk -v x=3 -v y='a b' 'BEGIN { print x*2, y }'", "6 a b\n"),
    ("awk '{print > \"/out\"} END{close}' /sums 2>/dev/null; awk '{print $1 > \"/out\"}' /sums; cat /out", "x\ny\nx\n"),
    ("awk 'BEGIN{while ((getline line < \"/sums\") > 0) n++; print n}'", "3\n"),
    ('echo \'a b c\' | awk \'{ for (i = NF; i > 0; i--) printf "%s%s", $i, (i > 1 ? " " : "\\n") }\'', "c b a\n"),
    ("awk 'BEGIN{exit 3} END{print \"end\"}'; echo $?", "end\n3\n"),
    ("A=1 awk 'BEGIN{print ENVIRON[\"A\"]}'", "1\n"),
]


@pytest.mark.parametrize(("script", "expected"), CASES, ids=[script[:60] for script, _ in CASES])
def test_prints_what_awk_prints(script: str, expected: str) -> None:
    assert run_script(script, machine=new_machine(userland(FILES))).stdout.decode() == expected


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("BEGIN{print 1/0}", "Division by zero"),
        ("BEGIN{f(1)}", "Call to undefined function f"),
        ("{print $(-1)}", "Access to negative field"),
        ("BEGIN{while(1) x++}", "takes more than"),
        ("BEGIN{", "syntax error"),
        ('BEGIN{print "a}', "unterminated string"),
        ('BEGIN{print "a" | "sort"}', "not simulated"),
        ("function f(n){return f(n)} BEGIN{f(1)}", "nested too deeply"),
        ("BEGIN{print " + "(" * 200, "nested"),
    ],
)
def test_says_what_is_wrong(program: str, complaint: str) -> None:
    result = run_script(f"echo x | awk '{program}'", machine=new_machine(userland({})))
    assert complaint in result.stderr.decode()
    assert result.status != 0


def test_dd_copies_blocks_and_counts_them() -> None:
    script = "dd if=/dev/zero of=/big bs=1M count=3; wc -c < /big; dd if=/pods bs=4 count=1 status=none; "
    script += "dd if=/pods of=/dev/null bs=100"
    result = run_script(script, machine=new_machine(userland(FILES)))
    assert result.stdout.decode() == "3145728\nNAME"
    lines = result.stderr.decode().splitlines()
    assert lines[:2] == ["3+0 records in", "3+0 records out"]
    assert lines[3:5] == ["0+1 records in", "0+1 records out"]


def test_df_and_mount_show_what_is_mounted() -> None:
    machine = new_machine(userland(FILES))
    result = run_script("df -h / | tail -1; mount | grep ' / '; df /none; free -m | head -1", machine=machine)
    lines = result.stdout.decode().splitlines()
    assert lines[0].split()[:2] == ["overlay", "40.0G"]
    assert lines[1] == "overlay on / type overlay (rw,relatime)"
    assert lines[2].split()[:3] == ["total", "used", "free"]
    assert "/none: No such file or directory" in result.stderr.decode()
