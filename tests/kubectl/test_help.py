"""Help: every command has it, and the lists name all there is."""

from __future__ import annotations

from tests.kubectl.harness import run_kubectl, serving
from tutor.kubectl.commands import GROUPS, VERBS, find_command
from tutor.kubectl.help import command_help, general_help


def test_every_command_has_help_and_the_list_names_all_of_them() -> None:
    listed = general_help()
    for _, names in GROUPS:
        for name in names:
            assert f"  {name} " in listed
    for name in VERBS:
        command = find_command(name)
        assert command is not None
        for item in (command, *command.subcommands):
            text = command_help(item, f"kubectl {item.name}")
            assert item.short in text
            assert "Usage:" in text


def test_help_lists_subcommands_by_name() -> None:
    create = find_command("create")
    assert create is not None
    listed = command_help(create, "kubectl create").partition("Available Commands:\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines()]
    assert len(names) > 10
    assert names == sorted(names)


def test_help_can_be_asked_for_in_three_ways() -> None:
    config, connection = serving({})
    texts = {run_kubectl(words, config).stdout for words in (["get", "--help"], ["get", "-h"], ["help", "get"])}
    assert len(texts) == 1
    assert not connection.requests


def test_help_of_a_topic_that_is_none_shows_the_commands() -> None:
    outcome = run_kubectl(["help", "nope", "x"], serving({})[0])
    assert (outcome.exit_code, outcome.stdout) == (0, "")
    assert outcome.stderr.startswith("Unknown help topic [`nope` `x`]\n\n\nBasic Commands (Beginner):\n")


def test_help_looks_at_the_command_alone() -> None:
    assert run_kubectl(["help", "get", "pods"], serving({})[0]).stdout.startswith("Display one or many resources.\n")
