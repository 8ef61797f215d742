"""Which tip goes with which message of kubectl."""

from __future__ import annotations

import re

from tutor.shell.tips import objects, words
from tutor.shell.tips.model import Rule, says

RULES = (
    Rule(re.compile(""), words.one_dash_word),
    Rule(
        re.compile(r"unknown (shorthand )?flag|specify at least one command|is not supported anymore"),
        words.missing_dashes,
    ),
    Rule(re.compile(r"NotFound|command terminated with exit code"), words.flag_behind_dashes),
    Rule(re.compile("Unexpected args"), words.second_file),
    Rule(
        re.compile(
            r"must specify one of -f and -k|no name was specified|doesn't have a resource type|NotFound|Unexpected args"
        ),
        objects.missing_dash_f,
    ),
    Rule(re.compile(r'\(NotFound\): (?P<kinds>[a-z0-9.]+) "(?P<name>[^"]+)" not found'), objects.object_missing),
    Rule(re.compile(r"No resources found in (?P<namespace>\S+) namespace"), objects.nothing_found),
    Rule(re.compile(r'the path "(?P<path>[^"]+)" does not exist'), objects.no_such_file),
    Rule(re.compile(r'doesn\'t have a resource type "(?P<kind>[^"]+)"'), objects.unknown_kind),
    Rule(re.compile(r'unknown command "(?P<verb>[^"]+)" for "kubectl"'), words.unknown_verb),
    Rule(re.compile(r"unknown shorthand flag: '.' in -(?P<rest>[a-z][a-z-]{2,})"), words.one_dash),
    Rule(re.compile(r"unknown flag: --(?P<flag>[a-z-]+)"), words.unknown_flag),
    Rule(re.compile(r'required flag\(s\) "(?P<flag>[a-z-]+)"'), words.missing_flag),
    Rule(re.compile(r"unable to find container named"), words.wrong_container),
    Rule(re.compile(r'exec: "(?P<program>[^"]+)": (?:executable file not found|stat)'), words.missing_shell),
    Rule(
        re.compile(r"error parsing \S+: error converting YAML|strict decoding error|error validating"),
        words.unreadable_file,
    ),
    Rule(
        re.compile(r"must specify one of -f and -k"),
        says("Name the file with -f: kubectl apply -f FILE. ls shows the files here"),
    ),
    Rule(
        re.compile(r"couldn't find port via --port flag"),
        says(
            "Say on which port the Service listens: --port=80, and with --target-port the one its containers listen on"
        ),
    ),
    Rule(
        re.compile(r"no name was specified"),
        says("Add the object's name, or --all for every object of this kind in the namespace"),
    ),
    Rule(
        re.compile(r"`selector` does not match template `labels`"),
        says(
            "spec.selector.matchLabels must be among spec.template.metadata.labels: a Deployment finds its Pods by them"
        ),
    ),
    Rule(
        re.compile(r"flag needs an argument: 'n' in -n"),
        says("Write the name of the namespace behind -n; kubectl get namespaces lists them"),
    ),
    Rule(
        re.compile(r"lowercase RFC 1123"),
        says("Names are written in lower-case letters, digits and hyphens, such as web-app"),
    ),
    Rule(
        re.compile(r"\(AlreadyExists\)"),
        says("create only makes new objects. To change one that exists: kubectl apply -f FILE, or kubectl edit"),
    ),
    Rule(
        re.compile(r"\(Forbidden\)"),
        says("Your user may not do this. kubectl auth can-i --list shows what it may do."),
    ),
    Rule(
        re.compile(r"was refused - did you specify the right host|Unable to connect to the server"),
        says("The cluster does not answer. If it was stopped, open the exercise again to start it."),
    ),
    Rule(
        re.compile(r"You must provide one or more resources|Required resource not specified"),
        says("Say what to work on: a kind, and a name if you mean one object. For example: kubectl get pods"),
    ),
    Rule(
        re.compile(r"unable to retrieve container logs for"),
        says("The log of that run is gone already: a node keeps the last one only. Try again without --previous"),
    ),
    Rule(
        re.compile(r"field is immutable"),
        says(
            "This field cannot be changed once the object exists. Delete the object and apply the file again, if you can spare it."
        ),
    ),
)
"""Tried in this order."""
