"""What hosts rely on: sessions, time, signals, init, host calls, terminals."""

from __future__ import annotations

import pytest

from tutor.posix import (
    CommandNotFound,
    HostCommand,
    Machine,
    NotExecutable,
    Session,
    new_machine,
    standard_commands,
    userland,
)

ENVIRONMENT = {"PATH": "/bin", "HOME": "/root"}


def start(script: str, **options: bool) -> tuple[Machine, Session]:
    machine = new_machine(**options)  # type: ignore[arg-type]  # all options of the tests are booleans
    session = machine.start(["sh", "-c", script], ENVIRONMENT)
    machine.run(0)
    return machine, session


def output(session: Session) -> str:
    return b"".join(data for _, data in session.take_output()).decode()


def test_sleep_ends_when_the_host_says_it_is_time() -> None:
    machine, session = start("echo a; sleep 5; echo b")
    assert output(session) == "a\n"
    assert machine.run(4.9).wake_at == 5
    assert output(session) == ""
    machine.run(5)
    assert (output(session), session.status) == ("b\n", 0)


def test_time_never_goes_back() -> None:
    machine, session = start("sleep 1; date +%s; sleep 1; date +%s")
    machine.run(10)
    machine.run(3)
    assert output(session) == "10\n"
    machine.run(11)
    assert output(session) == "11\n"


def test_standard_output_and_error_come_in_the_order_they_were_written() -> None:
    _, session = start("echo a; echo b >&2; echo c; echo d")
    assert session.take_output() == [("stdout", b"a\n"), ("stderr", b"b\n"), ("stdout", b"c\nd\n")]


def test_input_is_asked_for_and_fed() -> None:
    machine, session = start("read x; echo got $x; cat")
    assert machine.progress().reading == {session.pid}
    session.feed(b"one\ntwo\n")
    machine.run(0)
    assert output(session) == "got one\ntwo\n"
    session.close_input()
    machine.run(0)
    assert session.status == 0


def test_a_command_that_does_not_exist_cannot_be_started() -> None:
    machine = new_machine()
    with pytest.raises(CommandNotFound):
        machine.start(["nosuch"], ENVIRONMENT)
    with pytest.raises(NotExecutable):
        machine.start(["/etc/passwd"], ENVIRONMENT)
    assert machine.processes == {}


def test_a_second_command_sees_files_and_processes_of_the_first() -> None:
    machine, _ = start("echo hello > /tmp/f; sleep 100; :")
    other = machine.start(["sh", "-c", "cat /tmp/f; ps; tr '\\0' ' ' < /proc/1/cmdline"], {**ENVIRONMENT, "A": "b"})
    machine.run(1)
    text = output(other)
    assert text.startswith("hello\n")
    assert "sleep 100\n" in text
    assert text.endswith("sh -c echo hello > /tmp/f; sleep 100; : ")
    assert other.status == 0


class TestInit:
    """pid_namespaces(7): what protects the first process of a container."""

    def test_a_last_command_takes_the_place_of_its_shell(self) -> None:
        machine, _ = start("echo x; sleep 100")
        assert {pid: process.argv for pid, process in machine.processes.items()} == {1: ["sleep", "100"]}

    def test_terminate_does_not_reach_init_unless_it_is_caught(self) -> None:
        machine, session = start("sleep 100")
        machine.signal(1, "TERM", from_host=True)
        machine.run(1)
        assert session.status is None
        machine.signal(1, "KILL", from_host=True)
        assert session.status == 137

    def test_kill_from_inside_does_not_reach_init(self) -> None:
        machine, session = start("sleep 100")
        other = machine.start(["sh", "-c", "kill -9 1; kill 1; echo $?"], ENVIRONMENT)
        machine.run(1)
        assert output(other) == "0\n"
        assert session.status is None

    def test_a_trap_runs_only_when_the_foreground_command_has_ended(self) -> None:
        machine, session = start("trap 'echo bye; exit 0' TERM; sleep 10; echo no")
        machine.signal(1, "TERM")
        machine.run(1)
        assert output(session) == ""
        machine.run(10)
        assert (output(session), session.status) == ("bye\n", 0)

    def test_a_trap_interrupts_wait_at_once(self) -> None:
        machine, session = start("trap 'echo bye; exit 3' TERM; sleep 10 & wait")
        machine.signal(1, "TERM")
        machine.run(1)
        assert (output(session), session.status) == ("bye\n", 3)

    def test_the_end_of_init_ends_everything(self) -> None:
        machine, _ = start("sleep 5 ; exit 0")
        other = machine.start(["sleep", "100"], ENVIRONMENT)
        machine.run(5)
        assert machine.processes == {}
        assert other.status == 137


def test_stopped_processes_rest_until_they_are_continued() -> None:
    machine, session = start("sleep 1; echo done", guards_init=False)
    machine.signal(1, "STOP")
    machine.run(5)
    assert output(session) == ""
    machine.signal(1, "CONT")
    machine.run(5)
    assert output(session) == "done\n"


class TestHostCalls:
    def machine(self, catches: frozenset[str] = frozenset()) -> Machine:
        commands = standard_commands().having({"kubectl": HostCommand(catches)})
        return new_machine(userland(commands=commands), commands=commands, guards_init=False)

    def test_the_host_supplies_output_and_status(self) -> None:
        machine = self.machine()
        session = machine.start(
            ["sh", "-c", "cd /tmp; N=1 kubectl get pods -A | grep web; kubectl x; echo $?"], ENVIRONMENT
        )
        (call,) = machine.run(0).calls
        assert (call.argv, call.cwd, call.environment["N"]) == (["kubectl", "get", "pods", "-A"], "/tmp", "1")
        call.send(b"web-1 Running\n")
        call.send(b"other\n")
        (again,) = machine.run(0).calls
        assert again == call
        call.finish(0)
        (second,) = machine.run(0).calls
        second.send(b"bad\n", stderr=True)
        second.finish(7)
        machine.run(0)
        assert not call.alive
        assert session.take_output() == [("stdout", b"web-1 Running\n"), ("stderr", b"bad\n"), ("stdout", b"7\n")]

    def test_the_host_reads_standard_input(self) -> None:
        machine = self.machine()
        session = machine.start(["sh", "-c", "{ sleep 1; echo 'kind: Pod'; } | kubectl apply -f -"], ENVIRONMENT)
        (call,) = machine.run(0).calls
        assert call.read() is None
        assert machine.run(0.5).calls == ()
        (call,) = machine.run(1).calls
        assert call.read() == b"kind: Pod\n"
        assert call.read() in (None, b"")
        (call,) = machine.run(1).calls
        assert call.read() == b""
        call.finish(0)
        machine.run(1)
        assert session.status == 0

    def test_an_interrupt_ends_the_call_unless_it_is_caught(self) -> None:
        machine = self.machine()
        session = machine.start(["kubectl", "get", "-w"], ENVIRONMENT)
        (call,) = machine.run(0).calls
        machine.interrupt(session.pid)
        assert (call.alive, session.status) == (False, 130)

    def test_a_server_can_catch_signals(self) -> None:
        machine = self.machine(frozenset({"TERM"}))
        session = machine.start(["kubectl"], ENVIRONMENT)
        (call,) = machine.run(0).calls
        machine.signal(session.pid, "TERM")
        assert (call.alive, call.take_signals(), call.take_signals()) == (True, ["TERM"], [])


class TestTerminal:
    def session(self, name: str = "sh") -> tuple[Machine, Session]:
        machine = new_machine()
        session = machine.start([name], ENVIRONMENT, tty=True)
        machine.run(0)
        return machine, session

    def type(self, machine: Machine, session: Session, text: str) -> str:
        session.feed(text.encode())
        machine.run(machine.now)
        return output(session)

    def test_a_shell_prompts_and_keeps_its_state(self) -> None:
        machine, session = self.session()
        assert output(session) == "/ # "
        assert self.type(machine, session, "cd /tmp; x=5\n") == "/tmp # "
        assert self.type(machine, session, "echo $x; nosuch\n") == "5\nsh: nosuch: not found\n/tmp # "

    def test_an_unfinished_command_is_continued(self) -> None:
        machine, session = self.session()
        output(session)
        assert self.type(machine, session, "for i in 1 2; do\n") == "> "
        assert self.type(machine, session, "echo $i\n") == "> "
        assert self.type(machine, session, "done\n") == "1\n2\n/ # "
        assert self.type(machine, session, "cat <<E\n") == "> "
        assert self.type(machine, session, "x\nE\n").endswith("x\n/ # ")

    def test_a_mistake_does_not_end_it(self) -> None:
        machine, session = self.session()
        output(session)
        assert self.type(machine, session, "fi\n") == 'sh: syntax error: unexpected "fi"\n/ # '
        assert self.type(machine, session, "echo ${x:?unset}\n") == "sh: x: unset\n/ # "
        assert self.type(machine, session, "echo $?\n") == "2\n/ # "

    def test_ctrl_c_abandons_what_runs_and_what_was_typed(self) -> None:
        machine, session = self.session()
        output(session)
        self.type(machine, session, "for i in 1 2; do sleep 100; done\n")
        machine.interrupt(session.pid)
        machine.run(0)
        assert output(session) == "/ # "
        assert self.type(machine, session, "echo $?\n") == "130\n/ # "
        self.type(machine, session, "if true\n")
        machine.interrupt(session.pid)
        machine.run(0)
        output(session)
        assert self.type(machine, session, "echo new\n") == "new\n/ # "

    def test_ctrl_d_ends_a_reader_first_and_the_shell_next(self) -> None:
        machine, session = self.session()
        output(session)
        self.type(machine, session, "cat\nline\n")
        session.end_of_file()
        machine.run(0)
        assert session.status is None
        session.end_of_file()
        machine.run(0)
        assert session.status == 0

    def test_jobs_are_announced(self) -> None:
        machine, session = self.session()
        output(session)
        assert self.type(machine, session, "sleep 5 &\n") == "[1] 2\n/ # "
        assert self.type(machine, session, "jobs\n") == "[1]+  Running                 sleep 5\n/ # "
        machine.run(6)
        assert self.type(machine, session, "\n") == "[1]+  Done                    sleep 5\n/ # "

    def test_aliases_work_at_the_prompt_and_prompts_can_be_set(self) -> None:
        machine, session = self.session("bash")
        output(session)
        self.type(machine, session, "PS1='$ '; alias k='echo kubectl'\n")
        assert self.type(machine, session, "k get pods\n") == "kubectl get pods\n$ "


def test_a_forgotten_session_leaves_its_background_work_running() -> None:
    machine, _ = start("sleep 100")
    other = machine.start(
        ["sh", "-c", "(while :; do yes | head -c 50000; sleep 1; echo >> /tmp/n; done) & echo started"], ENVIRONMENT
    )
    machine.run(0)
    assert other.status == 0
    machine.forget(other.pid)
    assert list(machine.sessions) == [1]
    for now in range(1, 4):
        machine.run(now)
    assert machine.files.read("/tmp/n") == b"\n\n\n"


def test_proc_tells_of_the_machine() -> None:
    _, session = start("grep -c ^processor /proc/cpuinfo; grep MemTotal /proc/meminfo; head -n 1 /proc/mounts")
    assert output(session) == "2\nMemTotal:        4194304 kB\noverlay / overlay rw,relatime 0 0\n"


def test_proc_shows_since_when_a_process_runs() -> None:
    machine, session = start("sleep 7; sleep 5 & stat -c %Y /proc/1 /proc/$!; cat /proc/$!/cgroup")
    machine.run(7)
    assert output(session) == "0\n7\n0::/\n"
