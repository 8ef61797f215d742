"""What containers see of their limits and of the kernel's parameters."""

from __future__ import annotations

import pytest

from tests.simulator.lab import Lab
from tutor.simulator.images.kernel_files import cpu_weight

FOREVER = ["sh", "-c", "sleep 3600"]


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.mark.parametrize(("request_", "weight"), [(None, 1), (0.1, 17), (1.0, 100), (256.0, 10000)])
def test_the_weight_of_a_request(request_: float | None, weight: int) -> None:
    """The ends and the middle are where the old range puts them too."""
    assert cpu_weight(request_) == weight


def test_limits_are_in_the_control_group(lab: Lab) -> None:
    resources = {"requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"cpu": "250m", "memory": "64Mi"}}
    lab.pod("app", {"command": FOREVER, "resources": resources}, {"command": FOREVER})
    lab.advance(10)
    shown = ("cpu.max", "cpu.weight", "memory.max")
    paths = [f"/sys/fs/cgroup/{name}" for name in shown]
    assert lab.run("app", "cat", *paths) == (0, "25000 100000\n17\n67108864\n")
    assert lab.run("app", "cat", *paths, container="c1") == (0, "max 100000\n1\nmax\n")


def test_parameters_of_the_kernel(lab: Lab) -> None:
    sysctls = [
        {"name": "kernel.shm_rmid_forced", "value": "1"},
        {"name": "net/ipv4/ip_local_port_range", "value": "1024 2000"},
    ]
    lab.pod("app", {"command": FOREVER}, securityContext={"sysctls": sysctls})
    lab.advance(10)
    assert lab.run("app", "sysctl", "kernel.shm_rmid_forced") == (0, "kernel.shm_rmid_forced = 1\n")
    assert lab.run("app", "cat", "/proc/sys/net/ipv4/ip_local_port_range") == (0, "1024\t2000\n")
    assert lab.run("app", "sysctl", "-n", "kernel.hostname") == (0, "app\n")
    assert lab.run("app", "sysctl", "no.such") == (1, "sysctl: error: 'no.such' is an unknown key\n")
    code, text = lab.run("app", "sysctl", "-w", "net.core.somaxconn=1")
    assert (code, text) == (1, "sysctl: error setting key 'net.core.somaxconn': Read-only file system\n")


def test_file_systems_of_the_kernel_take_no_disk(lab: Lab) -> None:
    lab.pod("app", {"command": FOREVER})
    lab.advance(10)
    assert lab.run("app", "mount", "-t", "cgroup2") == (0, "cgroup2 on /sys/fs/cgroup type cgroup2 (ro,relatime)\n")
    assert "/sys" not in lab.run("app", "df")[1]


def test_a_resize_takes_effect_while_the_container_runs(lab: Lab) -> None:
    resources = {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m", "memory": "64Mi"}}
    lab.pod("app", {"command": FOREVER, "resources": resources})
    lab.advance(10)
    assert lab.run("app", "cat", "/sys/fs/cgroup/memory.max") == (0, "67108864\n")
    pod = lab.get("app")
    container = {
        **pod["spec"]["containers"][0],
        "resources": {**resources, "limits": {"cpu": "300m", "memory": "128Mi"}},
    }
    metadata = {**pod["metadata"], "generation": 2}
    lab.client.update("pods", {**pod, "metadata": metadata, "spec": {**pod["spec"], "containers": [container]}})
    lab.advance(2)
    paths = ("/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/memory.max")
    assert lab.run("app", "cat", *paths) == (0, "30000 100000\n134217728\n")
    assert lab.status("app")["restartCount"] == 0
