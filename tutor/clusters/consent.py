"""The learner's consent to use a cluster of theirs, given for one context with one server and one user."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tutor.folders import private_folder, write_private

FILE = "consents.json"


@dataclass(frozen=True, slots=True)
class ContextInfo:
    """What a context of the learner's kubeconfig leads to: what they are shown before they agree."""

    context: str
    server: str
    user: str


def has_consent(info: ContextInfo) -> bool:
    """Whether the learner has agreed to exactly this. A context that now leads elsewhere has to be agreed to again."""
    return asdict(info) in _read()


def give_consent(info: ContextInfo) -> None:
    """Remember that the learner has agreed. Raises OSError when that cannot be kept."""
    kept = [entry for entry in _read() if entry.get("context") != info.context]
    _write([*kept, asdict(info)])


def withdraw_consent(context: str) -> bool:
    """Forget an agreement; says whether there was one."""
    before = _read()
    kept = [entry for entry in before if entry.get("context") != context]
    if len(kept) == len(before):
        return False
    _write(kept)
    return True


def _read() -> list[dict[str, str]]:
    try:
        data = json.loads((private_folder("clusters") / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []


def _write(entries: list[dict[str, str]]) -> None:
    write_private(private_folder("clusters") / FILE, json.dumps(entries, indent=2) + "\n")
