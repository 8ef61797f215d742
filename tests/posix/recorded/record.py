"""Records what a real POSIX shell (dash) does with the scripts in cases.txt, into cases.json.

Run by hand after adding a case: `python -m tests.posix.recorded.record`. Each script runs in an empty directory of its
own. Cases are separated by lines of two percent signs.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def record(script: str) -> dict[str, str | int]:
    """Run one script with dash."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "C"}
    with tempfile.TemporaryDirectory() as folder:
        argv = ["/bin/dash", "-c", script, "sh"]
        done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, timeout=20, check=False)
    return {"script": script, "status": done.returncode & 255, "stdout": done.stdout.decode().replace(folder, "/work")}


def main() -> None:
    """Record all cases."""
    scripts = (HERE / "cases.txt").read_text().split("\n%%\n")
    rows = [record(script.strip("\n")) for script in scripts if script.strip()]
    (HERE / "cases.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
