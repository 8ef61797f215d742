"""kubectl in the shell's grammar, on a simulated cluster."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shell.conftest import LIMIT, Bench
from tutor.clusters import open_cluster
from tutor.folders import HOME_VARIABLE

CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data: {{color: blue}}
"""


@pytest.fixture(scope="module")
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(tmp_path_factory.mktemp("cluster")))
        cluster = open_cluster("simulated")
        cluster.start(lambda text: None)
        yield cluster.kubeconfig()
        cluster.stop()


NUMBERS = itertools.count(1)


@pytest.fixture
def namespace() -> str:
    """A namespace of the test's own, so that nothing has to be cleaned up."""
    return f"web-{next(NUMBERS)}"


@pytest.fixture
def shell(kubeconfig: Path, namespace: str, tmp_path: Path, open_bench: Callable[..., Bench]) -> Bench:
    """A shell in that namespace."""
    own = tmp_path / "kubeconfig"
    own.write_bytes(kubeconfig.read_bytes())
    bench = open_bench(own)
    bench.out(f"kubectl create namespace {namespace} && kubectl config set-context --current --namespace={namespace}")
    return bench


def test_pipes_and_substitution(shell: Bench) -> None:
    assert shell.out("kubectl get nodes -o name | grep -c node/") == "3\n"
    assert shell.out("k get nodes --no-headers | sort -r | head -1 | cut -d' ' -f1") == "node-3\n"
    assert shell.out('for n in $(kubectl get nodes -o name); do echo "<$n>"; done | wc -l') == "3\n"
    assert shell.out("kubectl get ns default > /dev/null && echo yes || echo no") == "yes\n"
    assert shell.run("kubectl get pod nope; echo $?").stdout == "1\n"


def test_manifests_from_pipes_here_documents_and_files(shell: Bench) -> None:
    assert shell.out(f"kubectl apply -f - <<EOF\n{CONFIG.format(name='one')}EOF") == "configmap/one created\n"
    assert shell.out(
        "kubectl get cm one -o yaml > one.yaml; sed -i s/blue/red/ one.yaml; k apply -f one.yaml"
    ).endswith("configured\n")
    assert shell.out("kubectl get cm one -o jsonpath='{.data.color}'") == "red"
    shell.out(f"mkdir all; cd all; cat > two.yaml <<EOF\n{CONFIG.format(name='two')}EOF")
    assert shell.out("kubectl apply -f two.yaml; cd ..; kubectl apply -f all/").splitlines() == [
        "configmap/two created",
        "configmap/two unchanged",
    ]
    assert shell.out("cat all/two.yaml | sed s/two/three/ | kubectl apply -f /dev/stdin") == "configmap/three created\n"
    assert shell.out("kubectl get cm -o name | grep -v kube | xargs kubectl delete").count("deleted") == 3


def test_kubectl_feeds_kubectl(shell: Bench) -> None:
    line = "kubectl create configmap made --from-literal=a=b --dry-run=client -o yaml | kubectl apply -f - -o name"
    assert shell.out(line) == "configmap/made\n"
    assert (
        shell.out("kubectl get cm made -o yaml | kubectl diff -f -; kubectl get cm made -o name") == "configmap/made\n"
    )


def test_a_watch_ends_with_its_reader(shell: Bench) -> None:
    shell.run("kubectl get cm -w -o name | head -1 > first &")
    shell.run("until [ -s first ]; do true; done; kubectl create configmap another --from-literal=a=b")
    shell.run("wait")
    assert shell.run("jobs; wc -l < first").stdout.strip() == "1"
    assert shell.run("timeout 0.2 kubectl get cm -w").status == 124


def test_ctrl_c_ends_a_watch(shell: Bench) -> None:
    shell.shell.start_line("kubectl get ns default -w")
    shell.pane.wait_for("default ")
    shell.shell.interrupt()
    assert shell.shell.wait(LIMIT) == 130
    assert shell.out("kubectl get ns default -o name") == "namespace/default\n"


def test_a_watch_in_the_background_sees_what_happens(shell: Bench) -> None:
    shell.run("kubectl get cm -w -o name &")
    shell.out("kubectl create configmap seen --from-literal=a=b")
    shell.pane.wait_for("configmap/seen\n")
    assert shell.run("kill %1; wait; jobs").status == 0


def test_several_at_once(shell: Bench) -> None:
    shell.run("for i in 1 2 3 4 5; do kubectl create configmap c$i --from-literal=a=$i & done; wait")
    assert shell.out("kubectl get cm -o name | grep -c configmap/c") == "5\n"


def test_the_namespace_is_kept_and_shown(shell: Bench, namespace: str) -> None:
    assert shell.shell.prompt == f"[{namespace}] $ "
    assert f"namespace: {namespace}\n" in shell.out("cat ~/.kube/config")
    shell.out("kubectl config set-context --current --namespace=default")
    assert shell.shell.prompt == "$ "


def test_a_change_of_the_kubeconfig_is_seen(shell: Bench, namespace: str, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text(file.read_text().replace(f"namespace: {namespace}", "namespace: other"))
    assert shell.shell.prompt == "[other] $ "
    assert shell.run("kubectl get pods").stderr == "No resources found in other namespace.\n"


def test_tips_look_at_the_cluster(shell: Bench, namespace: str) -> None:
    shell.out("kubectl create deployment shop --image=nginx")
    assert f"Add -n {namespace}" in shell.run("kubectl get deploy shop -n default").tip
    assert "default is a namespace" in shell.run("kubectl get deploy default").tip
    assert "Write deployment/shop" in shell.run("kubectl logs shop").tip
    assert "Did you mean a.yaml" in shell.run("touch a.yaml; kubectl apply -f b.yaml").tip
    assert shell.run("kubectl get pod nope 2> /dev/null").tip == ""
    assert shell.run("kubectl get deploy shop").tip == ""


def complete(bench: Bench, line: str) -> list[str]:
    """The candidates, once the cluster has answered."""
    for _ in range(100):
        if found := list(bench.shell.complete(line, len(line)).candidates):
            return found
    return []


def test_completion(shell: Bench) -> None:
    shell.out("kubectl create configmap colors --from-literal=a=b; mkdir -p files; touch files/web.yaml 'a b.yaml'")
    shell.out("alias kgc='kubectl get configmaps'; my_function() { true; }; MY_VARIABLE=1")
    assert complete(shell, "kub") == ["kubectl"]
    assert complete(shell, "kubectl get conf") == ["configmaps"]
    assert complete(shell, "kubectl get cm co") == ["colors"]
    assert complete(shell, "echo x | xargs kubectl get cm co") == ["colors"]
    assert complete(shell, "kgc co") == ["colors"]
    assert complete(shell, "kubectl get cm -n defa") == ["default"]
    assert complete(shell, "x=$(kubectl get cm --output=nam") == ["--output=name"]
    assert complete(shell, "kubectl apply -f fi") == ["files/"]
    assert complete(shell, "kubectl apply -f files/") == ["files/web.yaml"]
    assert complete(shell, "cat a") == ["a\\ b.yaml"]
    assert complete(shell, "cat 'a") == ["a b.yaml"]
    assert complete(shell, "cat ~/fi") == ["~/files/"]
    assert complete(shell, "cd ") == ["files/"]
    assert complete(shell, "ls > fi") == ["files/"]
    assert complete(shell, "echo $MY_V") == ["$MY_VARIABLE"]
    assert complete(shell, "my_") == ["my_function"]
    assert complete(shell, "kgc; hel") == ["help"]
    assert complete(shell, "docke") == []


def test_completion_does_not_wait_for_a_busy_shell(bench: Bench) -> None:
    bench.shell.start_line("while true; do sort /bin/* > /dev/null; done")
    assert isinstance(bench.shell.complete("cat ", 4).candidates, list)
    bench.shell.interrupt()
    assert bench.shell.wait(LIMIT) == 130


def test_a_forwarded_port_is_reached_with_curl_until_the_command_ends(shell: Bench) -> None:
    shell.out("kubectl run web --image=nginx --port=80 && kubectl wait --for=condition=Ready pod/web")
    shell.out("kubectl expose pod web --port=8080 --target-port=80")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shell.run(f"kubectl port-forward service/web {port}:8080 &")
    shell.pane.wait_for(f"Forwarding from 127.0.0.1:{port} -> 80\n")
    assert "Welcome to nginx!" in shell.run(f"curl localhost:{port}").stdout
    shell.pane.wait_for(f"Handling connection for {port}\n")
    shell.run("kill %1; wait")
    assert shell.run(f"curl localhost:{port}").status == 7
