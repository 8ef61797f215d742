"""A container's log keeps what a kubelet would: the newest lines, up to a size."""

from __future__ import annotations

from tutor.simulator.images.logs import MAX_BYTES, MAX_LINES, MAX_PIECE, Log


def test_lines_wait_for_their_end() -> None:
    log = Log()
    log.write(1.0, "stdout", "one\ntw")
    log.write(2.0, "stderr", "oops\n")
    log.write(3.0, "stdout", "o\nthree")
    log.close(4.0)
    assert [tuple(line) for line in log.lines] == [
        (1.0, "stdout", "one", True),
        (2.0, "stderr", "oops", True),
        (3.0, "stdout", "two", True),
        (4.0, "stdout", "three", False),
    ]


def test_the_oldest_lines_go() -> None:
    log = Log()
    for number in range(3 * MAX_LINES):
        log.write(0.0, "stdout", f"{number}\n")
        assert len(log.lines) <= MAX_LINES
    assert log.lines[-1].text == str(3 * MAX_LINES - 1)
    assert log.written == 3 * MAX_LINES
    assert [line.text for line in log.after(log.written - 2)] == [str(3 * MAX_LINES - 2), str(3 * MAX_LINES - 1)]
    assert log.after(0) == log.lines


def test_long_lines_count_for_what_they_are() -> None:
    log = Log()
    for _ in range(30):
        log.write(0.0, "stdout", "x" * 2**20 + "\n")
    assert 0.5 * MAX_BYTES < sum(len(line.text) for line in log.lines) <= MAX_BYTES


def test_output_without_an_end_of_line_is_written_in_pieces() -> None:
    log = Log()
    for _ in range(100):
        log.write(0.0, "stdout", "y" * 1000)
    log.write(0.0, "stdout", "end\n")
    assert all(len(line.text) <= MAX_PIECE for line in log.lines)
    assert "".join(line.text for line in log.lines) == "y" * 100_000 + "end"
    assert [line.whole for line in log.lines] == [False] * (len(log.lines) - 1) + [True]
