from __future__ import annotations

import pytest

from tutor.kubectl.flags import FlagError, Options, Parser, array, boolean, duration, integer, string, strings

FLAGS = (
    string("namespace", "", "n"),
    string("output", "", "o"),
    string("dry-run", "", default="none", bare="unchanged"),
    boolean("all", ""),
    boolean("stdin", "", "i"),
    boolean("tty", "", "t"),
    integer("replicas", "", default=-1),
    strings("filename", "", "f"),
    array("env", "", "e"),
    duration("timeout", ""),
)


def parse(*words: str) -> Options:
    return Parser(FLAGS).parse(words)


@pytest.mark.parametrize(
    "words", [("--namespace", "web"), ("--namespace=web",), ("-n", "web"), ("-nweb",), ("-n=web",)], ids=" ".join
)
def test_a_value_may_be_written_in_five_ways(words: tuple[str, ...]) -> None:
    options = parse("get", *words, "pods")
    assert options.text("namespace") == "web"
    assert options.args == ["get", "pods"]


def test_short_booleans_may_be_grouped_with_a_last_one_that_takes_a_value() -> None:
    options = parse("-itn", "web")
    assert options.flag("stdin")
    assert options.flag("tty")
    assert options.text("namespace") == "web"


def test_lists_split_at_commas_and_repeat_while_arrays_keep_commas() -> None:
    options = parse("-f", "a,b", "-f", "c", "-e", "A=1,2", "--env=B=3")
    assert options.many("filename") == ["a", "b", "c"]
    assert options.many("env") == ["A=1,2", "B=3"]


def test_a_flag_with_a_bare_value_does_not_take_the_next_word() -> None:
    options = parse("--dry-run", "x")
    assert options.text("dry-run") == "unchanged"
    assert options.args == ["x"]


def test_everything_after_two_dashes_is_an_argument() -> None:
    options = parse("pod", "--", "ls", "-l", "--all")
    assert options.args == ["pod", "ls", "-l", "--all"]
    assert options.before_dash == 1
    assert not options.flag("all")


def test_defaults_hold_and_only_given_flags_count_as_given() -> None:
    options = parse("--all=false")
    assert options.number("replicas") == -1
    assert options.given("all")
    assert not options.given("replicas")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--nope",), "unknown flag: --nope"),
        (("-z",), "unknown shorthand flag: 'z' in -z"),
        (("-iz",), "unknown shorthand flag: 'z' in -z"),
        (("--namespace",), "flag needs an argument: --namespace"),
        (("-n",), "flag needs an argument: 'n' in -n"),
        (("--=x",), "bad flag syntax: --=x"),
        (
            ("--replicas=two",),
            'invalid argument "two" for "--replicas" flag: strconv.ParseInt: parsing "two": invalid syntax',
        ),
        (
            ("-i=maybe",),
            'invalid argument "maybe" for "-i, --stdin" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
        ),
        (("--timeout=5",), 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'),
        (("--timeout=5x",), 'invalid argument "5x" for "--timeout" flag: time: unknown unit "x" in duration "5x"'),
    ],
)
def test_refusals_use_the_words_of_pflag(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(FlagError) as caught:
        parse(*words)
    assert str(caught.value) == message
