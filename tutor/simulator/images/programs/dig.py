"""dig and host: questions to cluster DNS with the answers as the programs of BIND show them."""

from __future__ import annotations

from tutor.simulator.cluster_dns import TTL, DnsAnswer
from tutor.simulator.images.programs.base import Here
from tutor.simulator.images.programs.client import Client
from tutor.simulator.images.traffic import ConnectionFailed
from tutor.simulator.resolving import DNS_SERVER, resolver_of

KINDS = ("A", "AAAA", "SRV", "CNAME", "PTR", "TXT", "NS", "SOA", "MX", "ANY")
VERSION = "9.18.33"
SECTIONS = ("cmd", "comments", "question", "answer", "authority", "additional", "stats")
NO_SERVER = 9
"""dig's exit code when no server answers."""


def reverse_name(address: str) -> str:
    """The name under which the name of an address is kept."""
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)


def candidates(here: Here, name: str) -> list[str]:
    """The names in full that a name may stand for, with the search domains of /etc/resolv.conf."""
    return resolver_of((here.read("/etc/resolv.conf") or b"").decode(errors="replace")).candidates(name)


class Dig(Client):
    """dig [@SERVER] [-x ADDRESS] [NAME] [TYPE] [+short] [+search] [+[no]all] [+[no]answer] ..."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = dict.fromkeys(SECTIONS, True)
        self._short = self._search = False
        self._questions: list[tuple[str, str]] = []
        self._server = DNS_SERVER

    def start(self, here: Here) -> None:
        self._read_options(here)
        if self._server not in (DNS_SERVER, "kube-dns.kube-system", "kube-dns.kube-system.svc.cluster.local"):
            text = f";; communications error to {self._server}#53: timed out\n;; no servers could be reached\n"
            self.finish(here, 15.0, NO_SERVER, ("stdout", text * (not self._short) or text))
            return
        try:
            texts = [self._ask(here, name, kind) for name, kind in self._questions]
        except ConnectionFailed as error:
            text = f";; communications error to {DNS_SERVER}#53: connection refused\n\n;; no servers could be reached\n"
            self.finish(here, error.seconds, NO_SERVER, ("stdout", text))
            return
        self.finish(here, 0.003, 0, ("stdout", "".join(texts)))

    def _read_options(self, here: Here) -> None:
        names, kind, words = list[str](), "A", iter(here.argv[1:])
        for word in words:
            if word.startswith("@"):
                self._server = word[1:]
            elif word.startswith("+"):
                self._switch(word[1:])
            elif word == "-x":
                self._questions.append((reverse_name(next(words, "")), "PTR"))
            elif word in ("-t", "-q"):
                value = next(words, "")
                kind, names = (value.upper(), names) if word == "-t" else (kind, [*names, value])
            elif word.upper() in KINDS:
                kind = word.upper()
            elif not word.startswith("-") and word.upper() != "IN":
                names.append(word)
        self._questions += [(name, kind) for name in names]
        if not self._questions:
            self._questions = [(".", "NS")]

    def _switch(self, option: str) -> None:
        on, name = not option.startswith("no"), option.removeprefix("no").partition("=")[0]
        if name == "all":
            self._shown = dict.fromkeys(SECTIONS, on)
        elif name in self._shown:
            self._shown[name] = on
        elif name == "short":
            self._short = on
        elif name == "search":
            self._search = on

    def _ask(self, here: Here, name: str, kind: str) -> str:
        """Ask for a name, with the search domains if told so until one has an answer."""
        asked, answer = name, DnsAnswer("NXDOMAIN")
        for candidate in candidates(here, name) if self._search else [name]:
            asked, answer = candidate, here.dns(candidate, kind)
            if answer.status == "NOERROR" and answer.records:
                break
        if self._short:
            return "".join(f"{record.data}\n" for record in answer.records)
        return self._whole(here, asked.rstrip("."), kind, answer)

    def _whole(self, here: Here, name: str, kind: str, answer: DnsAnswer) -> str:
        rows = [f"{record.name}.\t\t{TTL}\tIN\t{record.kind}\t{record.data}\n" for record in answer.records]
        text = f"\n; <<>> DiG {VERSION} <<>> {' '.join(here.argv[1:])}\n;; global options: +cmd\n" * self._shown["cmd"]
        if self._shown["comments"]:
            head = f";; ->>HEADER<<- opcode: QUERY, status: {answer.status}, id: {int(here.now * 1000) % 65536}\n"
            counts = f"QUERY: 1, ANSWER: {len(rows)}, AUTHORITY: 0, ADDITIONAL: 1"
            text += f";; Got answer:\n{head};; flags: qr aa rd; {counts}\n\n"
        if self._shown["question"]:
            text += (
                f";; QUESTION SECTION:\n;{name}.\t\tIN\t{kind}\n\n"
                if self._shown["comments"]
                else f";{name}.\t\tIN\t{kind}\n"
            )
        if self._shown["answer"] and rows:
            title = ";; ANSWER SECTION:\n" if self._shown["comments"] else ""
            text += title + "".join(rows) + ("\n" if self._shown["comments"] else "")
        if self._shown["stats"]:
            text += f";; Query time: 1 msec\n;; SERVER: {DNS_SERVER}#53({DNS_SERVER}) (UDP)\n\n"
        return text


class Host(Client):
    """host [-t TYPE] NAME"""

    def start(self, here: Here) -> None:
        words, kind = list(here.argv[1:]), ""
        while words and words[0].startswith("-"):
            kind = words.pop(1).upper() if words.pop(0) == "-t" and len(words) > 0 else kind
        if not words:
            self.finish(here, 0.0, 1, ("stderr", "Usage: host [-t TYPE] NAME\n"))
            return
        name = words[0]
        try:
            lines = self._lines(here, name, kind)
        except ConnectionFailed as error:
            self.finish(here, error.seconds, 1, ("stdout", ";; connection timed out; no servers could be reached\n"))
            return
        failed = f"Host {name} not found: 3(NXDOMAIN)\n"
        self.finish(here, 0.003, 0 if lines else 1, ("stdout", "".join(lines) or failed))

    @staticmethod
    def _lines(here: Here, name: str, kind: str) -> list[str]:
        words = {
            "A": "has address",
            "AAAA": "has IPv6 address",
            "CNAME": "is an alias for",
            "SRV": "has SRV record",
            "PTR": "domain name pointer",
        }
        asked = [reverse_name(name)] if is_address(name) else candidates(here, name)
        for candidate in asked:
            answer = here.dns(candidate, "PTR" if is_address(name) else kind or "A")
            if answer.records:
                return [f"{r.name} {words.get(r.kind, f'has {r.kind} record')} {r.data}\n" for r in answer.records]
        return []


PROGRAMS = {"dig": Dig, "host": Host}
