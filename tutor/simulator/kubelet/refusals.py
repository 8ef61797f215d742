"""What container runtimes say of commands that they could not start beside a running container (containerd and runc)."""

from __future__ import annotations


def exec_refusal(command: str, uid: str, *, denied: bool = False) -> str:
    """Why a command could not be started. `uid` is any unique id: the runtime names the attempt by one of its own."""
    why = "executable file not found in $PATH"
    if denied:
        why = "permission denied"
    elif "/" in command:
        why = f"stat {command}: no such file or directory"
    attempt = uid.replace("-", "") * 2
    return (
        f'failed to exec in container: failed to start exec "{attempt}": OCI runtime exec failed: exec failed: '
        f'unable to start container process: exec: "{command}": {why}'
    )


def sync_refusal(command: str, uid: str, *, denied: bool = False) -> str:
    """The same as probes and lifecycle hooks get it, over gRPC."""
    return f"rpc error: code = Unknown desc = {exec_refusal(command, uid, denied=denied)}"
