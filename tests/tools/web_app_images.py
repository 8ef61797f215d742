"""Makes the tutor's own images for a cluster whose registry serves image archives from a folder, without a container engine.

usage: REAL_CLUSTER=FOLDER REAL_CLUSTER_HOME=FOLDER python -m tests.tools.web_app_images

REAL_CLUSTER is the folder with the cluster's scripts, of which `image.py` writes archives in the format of `docker save`;
REAL_CLUSTER_HOME is where the cluster keeps its data: `rootfs/busybox` is the base of the images, `images/` is served to the nodes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tutor.clusters.images import environment, own_images, script

ARCHIVE = "web-app.tar"


def archive_up_to_date(home: Path) -> bool:
    """Whether the archive holds the images as they are in the source now."""
    stamp = _stamp_file(home)
    return (home / "images" / ARCHIVE).is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == _stamp()


def make_archive(scripts: Path, home: Path) -> Path:
    """Write the archive with all images of our own; returns its path. Raises OSError, subprocess.CalledProcessError."""
    archive = home / "images" / ARCHIVE
    with tempfile.TemporaryDirectory() as folder:
        rootfs = Path(folder) / "rootfs"
        shutil.copytree(home / "rootfs" / "busybox", rootfs, symlinks=True)
        (rootfs / "app").mkdir()
        (rootfs / "app" / "web-app.sh").write_text(script(), encoding="utf-8")
        made = Path(folder) / ARCHIVE
        command = [sys.executable, str(scripts / "image.py"), str(made), str(rootfs), *map(_description, own_images())]
        subprocess.run(command, check=True)
        shutil.move(made, archive)
    _stamp_file(home).write_text(_stamp(), encoding="utf-8")
    return archive


def _description(image: str) -> str:
    """An image as image.py wants it described. It knows no environment, so `env` sets the variables."""
    variables = [f"{name}={value}" for name, value in environment(image).items()]
    options = {"entrypoint": ["/bin/env", *variables, "/bin/sh", "/app/web-app.sh"], "ports": [3000]}
    return f"docker.io/library/{image} {json.dumps(options)}"


def _stamp() -> str:
    described = "\n".join([script(), *map(_description, own_images())])
    return hashlib.sha256(described.encode()).hexdigest()


def _stamp_file(home: Path) -> Path:
    return home / "images" / f".{ARCHIVE}.stamp"


def main() -> int:
    """Make the archive unless it is there."""
    try:
        scripts, home = Path(os.environ["REAL_CLUSTER"]), Path(os.environ["REAL_CLUSTER_HOME"])
    except KeyError as missing:
        sys.stderr.write(f"{missing.args[0]} is not set\n{__doc__}")
        return 2
    if not archive_up_to_date(home):
        make_archive(scripts, home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
