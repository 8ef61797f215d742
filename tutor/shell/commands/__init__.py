"""The commands of the practice shell that are not small tools of the machine: kubectl, curl, editors, help."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.shell.calls import Handler
from tutor.shell.commands.kubectl import NAMES, ClusterAccess, Editor, Kubectl


def handlers_for(
    access: ClusterAccess, editor: Editor | None, width: Callable[[], int], history: Callable[[], Sequence[str]]
) -> dict[str, Handler]:
    """Every command by name."""
    kubectl = Kubectl(access, editor, width)
    return dict.fromkeys(NAMES, kubectl)
