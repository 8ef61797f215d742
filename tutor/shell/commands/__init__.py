"""The commands of the practice shell that are not small tools of the machine: kubectl, curl, editors, help."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.shell.calls import Handler
from tutor.shell.commands import curl, editing, guide, kubectl, wget


def handlers_for(
    access: kubectl.ClusterAccess,
    editor: kubectl.Editor | None,
    width: Callable[[], int],
    history: Callable[[], Sequence[str]],
) -> dict[str, Handler]:
    """Every command by name."""
    return {
        **dict.fromkeys(kubectl.NAMES, kubectl.Kubectl(access, editor, width)),
        **dict.fromkeys(editing.NAMES, editing.editing(editor)),
        "curl": curl.Curl(access),
        "wget": wget.Wget(access),
        "help": guide.show_help,
        "history": guide.history(history),
    }
