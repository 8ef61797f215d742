"""The practice shell: a learner's shell with kubectl in it, over the files of one workspace folder.

    shell = PracticeShell(kubeconfig, workspace, output=lambda stream, text: ...)
    shell.start_line("kubectl get pods | grep web")        # output arrives through the callback
    run_lines(shell, ["kubectl apply -f web.yaml", ...])   # the same without a screen

Nothing in it starts a process of the host or leaves the workspace folder.
"""

from __future__ import annotations

from tutor.shell.completion import Completion
from tutor.shell.practice import LineResult, PracticeShell
from tutor.shell.screenless import run_lines

__all__ = ["Completion", "LineResult", "PracticeShell", "run_lines"]
