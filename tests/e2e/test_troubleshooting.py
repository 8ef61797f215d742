"""A whole session of troubleshooting in a real terminal: the six problems of the course one after another, typed."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Open
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e


def at_the_shell(tutor: Terminal) -> None:
    """Open the shell of the exercise that is being set up, and wait until it takes lines."""
    tutor.press("F2")
    tutor.wait_for("[production] $")
    tutor.wait_for("tab Complete")


def run(tutor: Terminal, line: str, shows: str) -> None:
    """Type a line and wait for something of what it prints."""
    tutor.press("C-l")
    tutor.type(line)
    tutor.press("Enter")
    tutor.wait_for(shows)


def open_exercise(tutor: Terminal, title: str) -> None:
    """Find an exercise by its title in the palette, as one does who knows what they want, and go to its shell."""
    tutor.press("C-p")
    tutor.wait_for("Search for commands")
    tutor.type(title)
    tutor.wait_for(f"Exercise: {title}")
    tutor.press("Enter")
    tutor.wait_for(f"Exercise: {title}", gone=True)
    tutor.wait_for(title)
    tutor.wait_for("◐")
    at_the_shell(tutor)


def test_six_problems_one_after_another(open_tutor: Open) -> None:
    tutor = open_tutor()
    tutor.wait_for("Container orchestration")

    open_exercise(tutor, "Pods that no node takes")
    run(tutor, "kubectl get pods", "Pending")
    run(tutor, "kubectl describe $(kubectl get pods -o name | head -n 1)", "Insufficient cpu")
    run(tutor, "kubectl set resources deployment web-app --requests=cpu=250m,memory=32Mi", "Solved")

    open_exercise(tutor, "It starts and dies")
    run(tutor, "k logs deploy/web-app", "DB_PASSWORD is not set")
    run(tutor, "kubectl set env deployment/web-app --from=secret/db-secrets --prefix=DB_", "Solved")
    run(tutor, "kubectl exec -it deploy/web-app -- /bin/sh", "/ #")
    tutor.type("echo $DB_PASSWORD | tr a-z A-Z")
    tutor.press("Enter")
    tutor.wait_for("CORRECT-HORSE")
    tutor.press("C-d")
    tutor.wait_for("[production] $")

    open_exercise(tutor, "The image that cannot be pulled")
    run(tutor, "kubectl get pods", "ImagePull")
    run(tutor, "sed -i 's/web-app:v2.1$/web-app:v2.1.0/' deployment.yaml && kubectl apply -f deployment.yaml", "Solved")
    run(tutor, "kubectl logs -f deploy/web-app", "listening on port 3000")
    tutor.press("C-c")
    tutor.wait_for("^C")
    tutor.wait_for("[production] $")

    open_exercise(tutor, "The Service that reaches nobody")
    run(tutor, "kubectl get endpoints web-app-service", "<none>")
    run(tutor, "kubectl get pods --show-labels", "app=web-app")
    run(tutor, 'kubectl set selector service web-app-service "app=web-app"', "Solved")

    open_exercise(tutor, "The autoscaler that looks on")
    run(tutor, "kubectl get hpa", "<unknown>")
    run(tutor, "kubectl top pods", "Metrics API not available")
    run(tutor, "kubectl apply -f metrics-server.yaml", "apiservice.apiregistration.k8s.io")
    tutor.press("Escape", "+", "+", "+", "+", "+")
    tutor.wait_for("Solved")

    open_exercise(tutor, "Killed without a word")
    run(tutor, "kubectl describe pods | grep Reason: | head -n 4", "OOMKilled")
    run(tutor, "kubectl set image deployment/web-app web-app=web-app:v2.1.0", "Solved")
    tutor.press("C-q")
    tutor.wait_for("ended with 0")
