"""BusyBox's httpd in a container: by itself, from a script, and when it cannot begin."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.images.traffic import Request, Response

SITE = "mkdir -p /www/sub /www/cgi-bin; echo hi > /www/a.txt; echo page > /www/index.html"
SCRIPT = """printf '#!/bin/sh\\necho "Content-type: text/plain"; echo; echo cgi $QUERY_STRING\\n' > /www/cgi-bin/t"""


@pytest.fixture
def lab() -> Lab:
    found = Lab()
    found.pod(
        "web", {"command": ["sh", "-c", f"{SITE}; {SCRIPT}; chmod +x /www/cgi-bin/t; httpd -f -v -p 8080 -h /www"]}
    )
    found.advance(5)
    return found


def ask(lab: Lab, path: str, method: str = "GET") -> Response:
    return lab.cluster.runtime.request("default", "web", 8080, Request(method, path))


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/a.txt", 200, "hi\n"),
        ("/", 200, "page\n"),
        ("/sub", 302, ""),
        ("/../etc/passwd", 400, "Unsupported method"),
        ("/nope", 404, "The requested URL was not found"),
        ("/cgi-bin/t?a=b", 200, "cgi a=b\n"),
    ],
)
def test_what_it_answers(lab: Lab, path: str, status: int, body: str) -> None:
    found = ask(lab, path)
    assert found.status == status
    assert body in found.text


def test_it_takes_no_other_methods_and_tells_of_each_request(lab: Lab) -> None:
    assert ask(lab, "/a.txt", "PUT").status == 501
    assert lab.log("web")[-1].endswith(": response:501")


def test_it_is_probed_and_asked_from_beside(lab: Lab) -> None:
    assert lab.run("web", "wget", "-q", "-O", "-", "localhost:8080/a.txt", seconds=1) == (0, "hi\n")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (
            ["httpd", "-f", "-p", "8080", "-h", "/nosuch"],
            "can't change directory to '/nosuch': No such file or directory",
        ),
        (["httpd", "-f", "-x"], "invalid option -- 'x'"),
        (["httpd", "-p", "8080"], "running in the background is not simulated"),
    ],
)
def test_why_it_does_not_begin(argv: list[str], said: str) -> None:
    lab = Lab()
    lab.pod("web", {"command": argv}, restartPolicy="Never")
    lab.advance(5)
    assert said in lab.log("web")[0]
    assert lab.status("web")["state"]["terminated"]["exitCode"] == 1


def test_as_the_first_process_it_takes_no_notice_of_sigterm() -> None:
    lab = Lab()
    lab.pod("web", {"command": ["httpd", "-f", "-p", "8080"]}, terminationGracePeriodSeconds=5)
    lab.advance(3)
    lab.client.delete("pods", "default", "web")
    lab.advance(4)
    assert lab.state("web") == "running"
    lab.advance(3)
    assert lab.gone("web")
