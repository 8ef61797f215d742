"""help and history: what the practice shell can do and what was done in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.shell.calls import Surroundings

HELP = """\
This is a practice shell. Its folder is the workspace of the exercise, and its
kubectl talks to the exercise's cluster.

  kubectl ... or k ...   kubectl --help lists the commands,
                         kubectl COMMAND --help explains one
  edit FILE, vi, nano    open a file in the editor
  curl URL               reaches Services and Pods: curl web-app-service
  help, history, clear

Files and text: ls cat cp mv rm mkdir grep head tail sort uniq cut wc sed
awk xargs column find diff tee watch sleep base64 and more. Pipes,
redirections, &&, ;, variables, $(...), loops and functions work as in bash.

tab completes. Up and down bring lines back, ctrl+r searches them, !! and !$
repeat the last line and its last word.
ctrl+s searches the output, ctrl+t tells what the last command did and why.
ctrl+c stops a command, twice in a row whatever it does. ctrl+d ends its input.
"""


def show_help(surroundings: Surroundings) -> int:
    """help."""
    surroundings.out(HELP)
    return 0


def history(lines: Callable[[], Sequence[str]]) -> Callable[[Surroundings], int]:
    """The history command: all lines, or the last N."""

    def show(surroundings: Surroundings) -> int:
        remembered = list(enumerate(lines(), 1))
        count = surroundings.argv[1] if len(surroundings.argv) > 1 else ""
        if count and not (count.isascii() and count.isdecimal()):
            surroundings.err(f"history: {count}: numeric argument required\n")
            return 1
        shown = remembered[-int(count[:6]) :] if count and int(count[:6]) else [] if count else remembered
        surroundings.out("".join(f"{number:5}  {line}\n" for number, line in shown))
        return 0

    return show
