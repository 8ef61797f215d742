"""Records what the genuine kubectl prints for the Go templates of a table: `python -m tests.kubectl.record_templates`.

Needs a genuine kubectl in PATH and KUBECONFIG. The object is never sent to be stored.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.kubectl.comparison import MANIFESTS, TABLES, genuine

FILE = Path(__file__).parent / "recordings" / "templates" / "templates.json"
OBJECT = MANIFESTS / "template-object.yaml"


def main() -> None:
    recorded = []
    for template in (TABLES / "templates.txt").read_text(encoding="utf-8").splitlines():
        words = ["create", "-f", OBJECT.name, "--dry-run=client", "-o", f"go-template={template}"]
        outcome = genuine(words)
        recorded.append([template, outcome.stdout, outcome.stderr])
    made_with = "kubectl v1.37.2, create --dry-run=client of manifests/template-object.yaml, by tests/kubectl/record_templates.py"
    data = {"made_with": made_with, "outcomes": recorded}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(data, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
