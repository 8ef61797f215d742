"""tar, which `kubectl cp` depends on."""

from __future__ import annotations

import io
import tarfile

from tutor.posix import run_script

FILES = {"/src/a.txt": "alpha\n", "/src/sub/b.sh": "beta\n", "/src/sub/.hidden": ""}


def test_an_archive_on_standard_output_can_be_read_by_others() -> None:
    result = run_script("chmod 750 /src/sub/b.sh; ln -s a.txt /src/link; tar cf - -C / src", files=FILES)
    archive = tarfile.open(fileobj=io.BytesIO(result.stdout))  # noqa: SIM115  # memory only, nothing to close
    assert archive.getnames() == ["src", "src/a.txt", "src/link", "src/sub", "src/sub/.hidden", "src/sub/b.sh"]
    assert archive.getmember("src/sub/b.sh").mode == 0o750
    assert archive.getmember("src/link").linkname == "a.txt"


def test_an_archive_made_elsewhere_is_unpacked_from_standard_input() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        entry = tarfile.TarInfo("deep/down/x.conf")
        entry.size = 6
        archive.addfile(entry, io.BytesIO(b"value\n"))
    result = run_script("tar xmf - -C /tmp; cat /tmp/deep/down/x.conf", stdin=buffer.getvalue())
    assert (result.status, result.stdout) == (0, b"value\n")


def test_round_trip_through_a_pipe_and_listing() -> None:
    script = (
        "tar czf /tmp/x.tgz src; tar tzf /tmp/x.tgz; mkdir /out; tar cf - src | tar xf - -C /out; cat /out/src/sub/b.sh"
    )
    assert run_script(script, files=FILES).stdout == b"src/\nsrc/a.txt\nsrc/sub/\nsrc/sub/.hidden\nsrc/sub/b.sh\nbeta\n"


def test_no_entry_leaves_the_target_directory() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../etc/evil"))
        archive.addfile(tarfile.TarInfo("/abs"))
    result = run_script("mkdir -p /a/b; tar xf - -C /a/b; find /a /etc/evil -type f", stdin=buffer.getvalue())
    assert result.stdout == b"/a/b/abs\n/a/b/etc/evil\n"


def test_what_is_no_archive_is_refused() -> None:
    result = run_script("echo nonsense | tar xf -; tar cf - /nope | wc -c > /dev/null; tar x -C /nope")
    assert result.stderr.decode().splitlines() == [
        "tar: invalid tar magic",
        "tar: /nope: No such file or directory",
        "tar: can't change directory to '/nope': No such file or directory",
    ]
