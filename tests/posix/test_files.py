"""File trees, mounts, symbolic links, permissions and devices, as programs see them."""

from __future__ import annotations

import pickle

import pytest

from tutor.posix import FileError, MemoryTree, Mount, Namespace, User, new_machine, run_script, tree_of, userland
from tutor.posix.tree import Stamp, join


def run(script: str, **options: object) -> tuple[str, str, int]:
    machine = new_machine(guards_init=False, **options)  # type: ignore[arg-type]  # the tests name real options
    result = run_script(script, machine=machine)
    return result.stdout.decode(), result.stderr.decode(), result.status


@pytest.mark.parametrize(
    ("directory", "path", "expected"),
    [
        ("/", "a", "/a"),
        ("/a/b", "../c", "/a/c"),
        ("/a", "../../../etc", "/etc"),
        ("/a", "/x//y/./z/", "/x/y/z"),
        ("/a", "..", "/"),
    ],
)
def test_paths_are_normalised_and_stay_below_the_root(directory: str, path: str, expected: str) -> None:
    assert join(directory, path) == expected


def test_a_copied_tree_shares_nothing_that_changes() -> None:
    tree = tree_of({"/a/b": "1", "/a/c": "2"})
    other = tree.copy()
    other.write("/a/b", b"changed", Stamp(1))
    other.remove("/a/c")
    assert (tree.read("/a/b"), tree.list("/a")) == (b"1", ["b", "c"])
    assert (other.read("/a/b"), other.list("/a")) == (b"changed", ["b"])


def test_a_tree_has_a_capacity_that_removing_gives_back() -> None:
    tree = MemoryTree(capacity=10)
    tree.write("/a", b"12345678", Stamp(0))
    with pytest.raises(FileError, match="ENOSPC"):
        tree.append("/a", b"90123", Stamp(0))
    tree.remove("/a")
    tree.write("/b", b"1234567890", Stamp(0))
    assert tree.used == 10


def test_a_full_disk_is_reported_by_the_command_that_fills_it() -> None:
    out, err, _ = run("echo fits > /data/a; yes > /data/b; echo $?", mounts=(Mount("/data", MemoryTree(5_000)),))
    assert (out, err) == ("1\n", "yes: write error: No space left on device\n")


class TestMounts:
    VOLUME = tree_of({"/..data/app.conf": "v1\n"})

    def mounts(self) -> tuple[Mount, ...]:
        volume = tree_of({"/..v1/app.conf": "one\n", "/..v2/app.conf": "two\n"})
        volume.make_link("/..data", "..v1", Stamp(0))
        volume.make_link("/app.conf", "..data/app.conf", Stamp(0))
        return (Mount("/etc/config", volume, read_only=True), Mount("/shared", MemoryTree()))

    def test_a_mounted_volume_is_seen_and_read_only(self) -> None:
        out, err, status = run("cat /etc/config/app.conf; ls /etc; echo x > /etc/config/app.conf", mounts=self.mounts())
        assert out == "one\nconfig\ngroup\npasswd\n"
        assert (err, status) == ("sh: can't create /etc/config/app.conf: Read-only file system\n", 1)

    def test_switching_a_link_changes_what_is_read(self) -> None:
        mounts = self.mounts()
        tree = mounts[0].tree
        machine = new_machine(mounts=mounts)
        session = machine.start(
            ["sh", "-c", "cat /etc/config/app.conf; sleep 1; cat /etc/config/app.conf"], {"PATH": "/bin"}
        )
        machine.run(0)
        tree.remove("/..data")
        tree.make_link("/..data", "..v2", Stamp(0))
        machine.run(1)
        assert session.take_output() == [("stdout", b"one\ntwo\n")]

    def test_a_mount_can_show_a_part_of_a_tree(self) -> None:
        tree = tree_of({"/logs/app/a.log": "line\n"})
        out, _, _ = run(
            "cat /var/log/app/a.log; echo new > /var/log/b", mounts=(Mount("/var/log", tree, source="/logs"),)
        )
        assert (out, tree.read("/logs/b")) == ("line\n", b"new\n")

    def test_moving_between_mounts_copies(self) -> None:
        out, err, _ = run(
            "mkdir /tmp/d; echo x > /tmp/d/f; mv /tmp/d /shared; cat /shared/d/f; ls /tmp", mounts=self.mounts()
        )
        assert (out, err) == ("x\n", "")

    def test_two_machines_share_a_volume(self) -> None:
        volume = MemoryTree()
        first, second = (new_machine(mounts=(Mount("/shared", volume),), guards_init=False) for _ in range(2))
        run_script("echo from one > /shared/f", machine=first)
        assert run_script("cat /shared/f", machine=second).stdout == b"from one\n"

    def test_a_program_can_be_copied_into_a_volume_and_run_where_it_is_not_installed(self) -> None:
        volume = MemoryTree()
        run_script(
            "cp /bin/echo /shared/say", machine=new_machine(mounts=(Mount("/shared", volume),), guards_init=False)
        )
        bare = new_machine(tree_of({"/etc/x": ""}), (Mount("/shared", volume),))
        session = bare.start(["/shared/say", "hello"], {})
        bare.run(0)
        assert session.take_output() == [("stdout", b"hello\n")]

    def test_a_mount_point_cannot_be_removed(self) -> None:
        assert run("rmdir /shared", mounts=self.mounts())[1] == "rmdir: '/shared': Device or resource busy\n"


class TestUsers:
    USER = User(1000, 1000, (2000,))

    def test_a_user_without_a_name(self) -> None:
        out, err, _ = run("id; whoami", user=self.USER)
        assert out == "uid=1000 gid=1000 groups=1000,2000\n"
        assert err == "whoami: unknown uid 1000\n"

    def test_root_files_are_not_writable_and_tmp_is(self) -> None:
        out, err, _ = run(
            "echo x > /etc/new; touch /tmp/mine && echo ok; rm /etc/passwd; echo y >> /etc/passwd", user=self.USER
        )
        assert out == "ok\n"
        assert err.splitlines() == [
            "sh: can't create /etc/new: Permission denied",
            "rm: can't remove '/etc/passwd': Permission denied",
            "sh: can't create /etc/passwd: Permission denied",
        ]

    def test_a_group_gives_access(self) -> None:
        tree = userland({"/data/f": "x\n"})
        tree.change("/data", owner=(0, 2000), mode=0o770)
        assert run("cat /data/f; touch /data/g && echo ok", tree=tree, user=self.USER)[0] == "x\nok\n"
        assert run("ls /data", tree=tree, user=User(1000, 1000))[1] == "ls: can't open '/data': Permission denied\n"

    def test_secrets_cannot_be_read_by_others(self) -> None:
        tree = userland({"/secret": "x"})
        tree.change("/secret", mode=0o600)
        assert run("cat /secret", tree=tree, user=self.USER)[1] == "cat: can't open '/secret': Permission denied\n"
        assert run("cat /secret", tree=tree)[0] == "x"

    def test_there_are_two_places_for_everybody_s_files(self) -> None:
        assert run("touch /tmp/a /var/tmp/b && echo ok", user=self.USER)[0] == "ok\n"

    def test_a_read_only_root_still_has_writable_mounts(self) -> None:
        out, err, _ = run("touch /x; touch /tmp/y && echo ok", read_only=True, mounts=(Mount("/tmp", MemoryTree()),))
        assert (out, err) == ("ok\n", "touch: /x: Read-only file system\n")


class TestDevices:
    def test_null_zero_and_random(self) -> None:
        script = "cat /dev/null; echo x > /dev/null; head -c 3 /dev/zero | od -An -tx1; head -c 8 /dev/urandom | wc -c"
        assert run(script)[0] == " 00 00 00\n8\n"

    def test_standard_streams_by_name(self) -> None:
        out, err, _ = run("echo out > /dev/stdout; echo err > /dev/stderr; echo in | cat /dev/stdin; ls /dev")
        assert out.startswith("out\nin\nnull\n")
        assert err == "err\n"

    def test_writing_to_the_output_of_init(self) -> None:
        machine = new_machine()
        first = machine.start(["sleep", "100"], {"PATH": "/bin"})
        machine.start(["sh", "-c", "echo to the log > /proc/1/fd/1; cat /proc/1/comm"], {"PATH": "/bin"})
        machine.run(0)
        assert first.take_output() == [("stdout", b"to the log\n")]

    def test_processes_in_proc(self) -> None:
        out, _, _ = run(
            'X=1 sh -c \'tr "\\0" "\\n" < /proc/self/environ | grep ^X; head -1 /proc/$$/status; ls /proc/self\''
        )
        assert out == "X=1\nName:\tsh\ncgroup\ncmdline\ncomm\nenviron\nmounts\nroot\nstatus\n"


def test_files_are_dated_by_the_host() -> None:
    machine = new_machine(now=1_700_000_000.0, guards_init=False)
    result = run_script("touch /tmp/f; ls -l /tmp/f; sleep 86400; echo >> /tmp/f; stat -c %Y /tmp/f", machine=machine)
    assert result.stdout == b"-rw-r--r--    1 root     root             0 Nov 14 22:13 /tmp/f\n1700086400\n"


def test_errors_name_the_path_the_user_gave() -> None:
    files = Namespace.of(userland())
    with pytest.raises(FileError) as caught:
        files.read("/nope/x")
    assert (caught.value.path, caught.value.reason) == ("/nope/x", "No such file or directory")


def test_loops_of_links_and_parents_that_are_files_are_errors() -> None:
    out, err, _ = run(
        "ln -s b /tmp/a; ln -s a /tmp/b; cat /tmp/a; cat /etc/passwd/x; mkdir /etc/passwd/x; cd /etc/passwd"
    )
    assert out == ""
    assert err.splitlines() == [
        "cat: can't open '/tmp/a': Too many levels of symbolic links",
        "cat: can't open '/etc/passwd/x': Not a directory",
        "mkdir: can't create directory '/etc/passwd/x': Not a directory",
        "sh: cd: line 1: can't cd to /etc/passwd: Not a directory",
    ]


def test_appending_to_a_shared_file_does_not_show_in_a_copy() -> None:
    tree = tree_of({"/log": "start\n"})
    tree.append("/log", b"both\n", Stamp(0))
    other = tree.copy()
    tree.append("/log", b"one\n", Stamp(0))
    other.append("/log", b"two\n", Stamp(0))
    tree.append("/log", b"more\n", Stamp(0))
    assert tree.read("/log") == b"start\nboth\none\nmore\n"
    assert other.read("/log") == b"start\nboth\ntwo\n"
    assert pickle.loads(pickle.dumps(tree)).read("/log") == tree.read("/log")
