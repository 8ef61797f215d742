"""Commands in containers that read what a client types."""

from __future__ import annotations

from tests.simulator.workloads import cluster_with, pod
