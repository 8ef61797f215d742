"""agnhost's subcommands: what test/images/agnhost of Kubernetes 1.37.2 says and does, tried with the genuine program."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.simulator.lab import Lab

IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.66.1"
FOREVER = ["sh", "-c", "sleep 3600"]
MEMORY = {"name": "v", "emptyDir": {"medium": "Memory"}}
MOUNT = {"name": "v", "mountPath": "/v"}


@pytest.fixture
def lab() -> Lab:
    return Lab()


def once(lab: Lab, *words: str, volumes: list[dict[str, Any]] | None = None, **more: Any) -> tuple[int, str]:
    """Run agnhost to its end: its exit code and log."""
    lab.pod("once", {"image": IMAGE, "args": list(words), **more}, restartPolicy="Never", volumes=volumes or [])
    lab.advance(20)
    return int(lab.status("once")["state"]["terminated"]["exitCode"]), "\n".join(lab.log("once"))


def ask(lab: Lab, pod: str, path: str, port: int = 8080, seconds: float = 8.0) -> str:
    """What a pod answers, asked with curl from another one."""
    if lab.gone("box"):
        lab.pod("box", {"image": IMAGE})
        lab.advance(10)
    address = lab.get(pod)["status"]["podIP"]
    return lab.run("box", "curl", "-s", f"http://{address}:{port}{path}", seconds=seconds)[1]


def test_mounttest_tells_of_a_directory_in_memory(lab: Lab) -> None:
    arguments = ("mounttest", "--fs_type=/v", "--file_perm=/v", "--file_mode=/v")
    code, text = once(lab, *arguments, volumes=[MEMORY], volumeMounts=[MOUNT])
    assert code == 0
    assert text.splitlines() == [
        'mount type of "/v": tmpfs',
        'mode of file "/v": dtrwxrwxrwx',
        'perms of file "/v": -rwxrwxrwx',
    ]


def test_mounttest_writes_a_file_with_the_mode_it_is_told(lab: Lab) -> None:
    arguments = ("mounttest", "--new_file_0660=/v/new", "--file_perm=/v/new", "--file_owner=/v/new")
    security = {"runAsUser": 1001, "runAsGroup": 2002}
    code, text = once(lab, *arguments, volumes=[MEMORY], volumeMounts=[MOUNT], securityContext=security)
    assert code == 0
    assert text.splitlines() == [
        'content of file "/v/new": mount-tester new file',
        "",
        'perms of file "/v/new": -rw-rw----',
        'owner UID of "/v/new": 1001',
        'owner GID of "/v/new": 2002',
    ]


def test_mounttest_fails_over_a_file_that_is_not_there(lab: Lab) -> None:
    code, text = once(lab, "mounttest", "--file_content=/nope")
    assert (code, text) == (1, 'error reading file content for "/nope": open /nope: no such file or directory')


def test_entrypoint_tester_shows_its_arguments(lab: Lab) -> None:
    assert once(lab, "entrypoint-tester", "a", "b c") == (0, "[/agnhost entrypoint-tester a b c]")


def test_another_name_of_the_program(lab: Lab) -> None:
    assert once(lab, "entrypoint-tester", command=["/agnhost-2"]) == (0, "[/agnhost-2 entrypoint-tester]")


def test_names_of_other_hosts(lab: Lab) -> None:
    assert once(lab, "dns-suffix")[1] == "default.svc.cluster.local,svc.cluster.local,cluster.local"


def test_an_unknown_subcommand(lab: Lab) -> None:
    assert once(lab, "nosuch") == (1, 'Error: unknown command "nosuch" for "app"')


def test_what_is_not_simulated_says_so(lab: Lab) -> None:
    assert once(lab, "webhook") == (1, "agnhost: the subcommand webhook is not simulated")


def test_lines_are_written_evenly(lab: Lab) -> None:
    code, text = once(lab, "logs-generator", "-t", "4", "--run-duration=2s")
    assert code == 0
    assert [line.split("] ")[1].split()[0] for line in text.splitlines()] == ["0", "1", "2", "3"]


def test_pause_leaves_a_message(lab: Lab) -> None:
    lab.pod("app", {"image": IMAGE}, restartPolicy="Never")
    lab.advance(10)
    assert lab.log("app") == ["Paused", "Signals registered"]


def test_netexec_tells_about_itself(lab: Lab) -> None:
    lab.pod("server", {"image": IMAGE, "args": ["netexec"], "env": [{"name": "COLOUR", "value": "blue"}]})
    lab.advance(10)
    assert ask(lab, "server", "/hostname") == "server"
    assert ask(lab, "server", "/envvar?var=COLOUR") == "blue"
    assert ask(lab, "server", "/echo?msg=hello") == "hello"
    assert ask(lab, "server", "/serverport") == "8080"
    assert ask(lab, "server", "/clientip").startswith(lab.get("box")["status"]["podIP"] + ":")
    assert ask(lab, "server", "/readyz") == "ok"
    assert ask(lab, "server", "/anything").startswith("NOW: 20")


def test_netexec_runs_commands(lab: Lab) -> None:
    lab.pod("server", {"image": IMAGE, "args": ["netexec"]})
    lab.advance(10)
    assert json.loads(ask(lab, "server", "/shell?cmd=echo%20hi")) == {"output": "hi\n"}
    assert json.loads(ask(lab, "server", "/shell?cmd=exit%203")) == {"error": "exit status 3"}
    assert json.loads(ask(lab, "server", "/shell?cmd=sleep%202;echo%20late")) == {"output": "late\n"}


@pytest.mark.parametrize(("protocol", "port", "word"), [("http", 8080, "hostname"), ("udp", 8081, "hostname")])
def test_netexec_asks_others(lab: Lab, protocol: str, port: int, word: str) -> None:
    for name in ("one", "two"):
        lab.pod(name, {"image": IMAGE, "args": ["netexec"]})
    lab.advance(10)
    address = lab.get("two")["status"]["podIP"]
    path = f"/dial?request={word}&protocol={protocol}&host={address}&port={port}&tries=2"
    assert json.loads(ask(lab, "one", f"'{path}'".strip("'"))) == {"responses": ["two", "two"]}


def test_netexec_says_whom_it_could_not_reach(lab: Lab) -> None:
    lab.pod("one", {"image": IMAGE, "args": ["netexec"]})
    lab.advance(10)
    address = lab.get("one")["status"]["podIP"]
    answer = json.loads(ask(lab, "one", f"/dial?request=x&host={address}&port=9"))
    assert answer == {"errors": [f'Get "http://{address}:9/x": dial tcp {address}:9: connect: connection refused']}


def test_netexec_waits_before_it_ends(lab: Lab) -> None:
    lab.pod("server", {"image": IMAGE, "args": ["netexec", "--delay-shutdown=10"]}, terminationGracePeriodSeconds=30)
    lab.advance(10)
    assert ask(lab, "server", "/readyz") == "ok"
    lab.client.delete("pods", "default", "server")
    lab.advance(3)
    assert ask(lab, "server", "/readyz", seconds=2.0) == "shutting down"
    lab.advance(30)
    assert lab.gone("server")


def test_a_service_port_leads_to_the_server_with_its_protocol(lab: Lab) -> None:
    lab.pod("server", {"image": IMAGE, "args": ["netexec", "--udp-port=53"]})
    ports = [{"name": "web", "port": 80, "targetPort": 8080}, {"name": "dns", "port": 53, "protocol": "UDP"}]
    lab.create("services", "v1", "Service", "server", spec={"selector": {"app": "server"}, "ports": ports})
    lab.pod("box", {"image": IMAGE})
    lab.advance(10)
    assert lab.run("box", "/agnhost", "connect", "--protocol=udp", "server:53", seconds=2.0) == (0, "")
    assert lab.run("box", "/agnhost", "connect", "--timeout=3s", "server:80", seconds=2.0) == (0, "")
    assert lab.run("box", "/agnhost", "connect", "--timeout=3s", "server:53", seconds=5.0) == (1, "REFUSED\n")


def test_a_guestbook_keeps_its_replicas_up_to_date(lab: Lab) -> None:
    lab.pod("primary", {"image": IMAGE, "args": ["guestbook", "--http-port", "6379"]}, labels={"role": "primary"})
    spec = {"selector": {"role": "primary"}, "ports": [{"port": 6379}]}
    lab.create("services", "v1", "Service", "agnhost-primary", spec=spec)
    lab.advance(10)
    arguments = ["guestbook", "--replicaof", "agnhost-primary", "--http-port", "6379"]
    lab.pod("replica", {"image": IMAGE, "args": arguments})
    lab.advance(10)
    assert json.loads(ask(lab, "primary", "/set?key=messages&value=hello", 6379)) == {"message": "Updated"}
    assert json.loads(ask(lab, "replica", "/get?key=messages", 6379)) == {"data": "hello"}


def test_servers_that_call_on_each_other(lab: Lab) -> None:
    lab.create("services", "v1", "Service", "nettest", spec={"selector": {"of": "net"}, "ports": [{"port": 8080}]})
    for name in ("one", "two"):
        lab.pod(name, {"image": IMAGE, "args": ["nettest", "--peers=2"]}, labels={"of": "net"})
    lab.advance(30)
    assert ask(lab, "one", "/status") == "pass"
    assert set(json.loads(ask(lab, "one", "/read"))["Received"]) == {"one", "two"}


def test_ports_by_environment_variables(lab: Lab) -> None:
    lab.pod("server", {"image": IMAGE, "args": ["porter"], "env": [{"name": "SERVE_PORT_81", "value": "here"}]})
    lab.advance(10)
    assert ask(lab, "server", "/", 81) == "here"


def test_a_web_server_lists_the_container_s_files(lab: Lab) -> None:
    lab.pod("server", {"image": "registry.k8s.io/e2e-test-images/kitten:1.8"})
    lab.advance(10)
    assert json.loads(ask(lab, "server", "/data.json", 80)) == {"image": "kitten.jpg"}
    assert '<a href="etc/">etc/</a>' in ask(lab, "server", "/", 80)
    assert ask(lab, "server", "/nope", 80) == "404 page not found\n"


def test_a_file_taken_away_is_not_served_any_more(lab: Lab) -> None:
    probe = {"httpGet": {"path": "/localhost.crt", "port": 80}, "periodSeconds": 1, "failureThreshold": 1}
    lab.pod("server", {"image": IMAGE, "args": ["test-webserver"], "readinessProbe": probe})
    lab.advance(10)
    assert lab.conditions("server")["Ready"] == "True"
    assert lab.run("server", "mv", "-v", "/localhost.crt", "/tmp/")[0] == 0
    lab.advance(3)
    assert lab.conditions("server")["Ready"].startswith("False")


def test_a_restored_server_goes_on(lab: Lab) -> None:
    lab.pod("app", {"image": IMAGE, "args": ["logs-generator", "-t", "10", "-d", "60s"]}, restartPolicy="Never")
    lab.advance(20)
    saved = lab.cluster.save()
    lab.advance(100)
    whole = lab.log("app")
    lab.cluster.load(saved)
    assert len(lab.log("app")) < len(whole) == 10
    lab.advance(100)
    assert [line.split("] ")[1] for line in lab.log("app")] == [line.split("] ")[1] for line in whole]


def test_who_a_program_with_the_set_user_id_bit_runs_as(lab: Lab) -> None:
    """test/e2e/common/node/security_context.go of Kubernetes: allowPrivilegeEscalation sets no_new_privs."""
    image = "registry.k8s.io/e2e-test-images/nonewprivs:1.4"
    for name, allowed in (("yes", True), ("no", False)):
        security = {"runAsUser": 1000, "allowPrivilegeEscalation": allowed}
        lab.pod(name, {"image": image, "securityContext": security}, restartPolicy="Never")
    lab.advance(15)
    assert (lab.log("yes"), lab.log("no")) == (["Effective uid: 0"], ["Effective uid: 1000"])
