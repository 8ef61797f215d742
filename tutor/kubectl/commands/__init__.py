"""The commands. Each lives in a module of its own and is loaded when it is first used.

To add one, write `commands/<verb>.py` with a `COMMAND`, and name it in VERBS and GROUPS.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.kubectl.command import Command

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Basic Commands (Beginner)", ("create", "expose", "run", "set")),
    ("Basic Commands (Intermediate)", ("explain", "get", "edit", "delete")),
    ("Deploy Commands", ("rollout", "scale", "autoscale")),
    ("Cluster Management Commands", ("certificate", "cluster-info", "top", "cordon", "uncordon", "drain", "taint")),
    (
        "Troubleshooting and Debugging Commands",
        ("describe", "logs", "attach", "exec", "port-forward", "proxy", "cp", "auth", "debug", "events"),
    ),
    ("Advanced Commands", ("diff", "apply", "patch", "replace", "wait", "kustomize")),
    ("Settings Commands", ("label", "annotate", "completion")),
    ("Other Commands", ("api-resources", "api-versions", "config", "kuberc", "plugin", "version")),
)

VERBS: dict[str, str] = {name: name.replace("-", "_") for _, names in GROUPS for name in names} | {
    "help": "help_",
    "options": "help_",
    "alpha": "help_",
    "exec": "exec_",
    "uncordon": "cordon",
}


@functools.cache
def find_command(name: str) -> Command | None:
    """The command of that name, its module imported on demand; None when there is none."""
    module_name = VERBS.get(name)
    if module_name is None:
        return None
    module = importlib.import_module(f"tutor.kubectl.commands.{module_name}")
    commands: dict[str, Command] = getattr(module, "COMMANDS", None) or {module.COMMAND.name: module.COMMAND}
    return commands[name]
