"""What shells need to complete `kubectl` with this program: each script asks the hidden command `__complete`.

The words after `__complete` are those typed, the last one unfinished. It answers with candidates, one a line, and at the
end a colon and a number, of which 2 says that no blank follows a candidate and 4 that files are not candidates
(cobra's `ShellCompDirective`).
"""

from __future__ import annotations

NO_SPACE = 2
NO_FILES = 4

_ABOUT = """# Completion of kubectl by the tutor's built-in one. The practice shell needs none of this: press tab there.
# {use}
# K8S_TUTOR_KUBECTL is the command that is asked, when it is not "k8s-tutor kubectl".
"""

_BASH = r"""
__k8s_tutor_kubectl() {
    local line=${COMP_LINE:0:COMP_POINT} current=${COMP_WORDS[COMP_CWORD]} IFS=$' \t\n'
    local -a words answer
    read -ra words <<< "$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    local last=${words[${#words[@]} - 1]}
    [[ $current == [:=] ]] && current=
    local before=${last%"$current"} IFS=$'\n' directive
    answer=($(IFS=' '; ${K8S_TUTOR_KUBECTL:-k8s-tutor kubectl} __complete "${words[@]:1}" 2>/dev/null))
    (( ${#answer[@]} )) || return
    directive=${answer[${#answer[@]} - 1]#:}
    unset "answer[${#answer[@]}-1]"
    COMPREPLY=("${answer[@]#"$before"}")
    (( directive & 2 )) && compopt -o nospace 2>/dev/null
}
complete -F __k8s_tutor_kubectl kubectl k
"""

_ZSH = r"""
_k8s_tutor_kubectl() {
    local -a answer
    answer=("${(@f)$(${=K8S_TUTOR_KUBECTL:-k8s-tutor kubectl} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    (( $#answer )) || return 1
    local directive=${answer[-1]#:}
    answer[-1]=()
    if (( directive & 2 )); then
        compadd -S '' -- $answer
    else
        compadd -- $answer
    fi
}
compdef _k8s_tutor_kubectl kubectl k
"""

_FISH = r"""
function __k8s_tutor_kubectl
    set -l typed (commandline -opc) (commandline -ct)
    set -l program k8s-tutor kubectl
    set -q K8S_TUTOR_KUBECTL; and set program (string split ' ' -- $K8S_TUTOR_KUBECTL)
    command -q $program[1]; or return
    $program __complete $typed[2..-1] 2>/dev/null | string match -v -r '^:'
end
complete -c kubectl -f -a '(__k8s_tutor_kubectl)'
complete -c k -f -a '(__k8s_tutor_kubectl)'
"""

_POWERSHELL = r"""
Register-ArgumentCompleter -Native -CommandName kubectl, k -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $program = if ($env:K8S_TUTOR_KUBECTL) { $env:K8S_TUTOR_KUBECTL -split ' ' } else { @('k8s-tutor', 'kubectl') }
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    $arguments = @($program | Select-Object -Skip 1) + '__complete' + $words
    & $program[0] @arguments 2>$null | Where-Object { $_ -notlike ':*' } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}
"""

_SCRIPTS = {
    "bash": ("In this shell: source <(k8s-tutor kubectl completion bash); for good, in ~/.bashrc.", _BASH),
    "zsh": ("In this shell: source <(k8s-tutor kubectl completion zsh), after compinit; for good, in ~/.zshrc.", _ZSH),
    "fish": ("In this shell: k8s-tutor kubectl completion fish | source; for good, in ~/.config/fish.", _FISH),
    "powershell": (
        "In this shell: k8s-tutor kubectl completion powershell | Out-String | Invoke-Expression; for good, in $PROFILE.",
        _POWERSHELL,
    ),
}
SHELLS = tuple(sorted(_SCRIPTS))


def script(shell: str) -> str:
    """The code for one of `SHELLS`."""
    use, code = _SCRIPTS[shell]
    return _ABOUT.format(use=use) + code


def answer(candidates: list[str]) -> str:
    """What `__complete` prints: the candidates, and whether a blank follows them."""
    open_ended = any(candidate.endswith(("=", "/")) for candidate in candidates)
    directive = NO_FILES | (NO_SPACE if open_ended else 0)
    return "".join(f"{candidate}\n" for candidate in candidates) + f":{directive}\n"
