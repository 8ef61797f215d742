"""Texts of a cluster without what differs from one run to the next: names, addresses, moments."""

from __future__ import annotations

import re

_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"\b\d+\.\d+\.\d+\.\d+(:\d+)?\b", r"IP\1"),
    (rf"-{_RANDOM}{{8,10}}-{_RANDOM}{{5}}(?=\b|_)", "-HASH-POD"),
    (rf"-(?={_RANDOM}*[0-9]){_RANDOM}{{8,10}}\b", "-HASH"),
    (rf"-{_RANDOM}{{5}}(?=\b|_)", "-POD"),
    (r"sha256:[0-9a-f]{12,64}", "DIGEST"),
    (r'(start exec|container) "[0-9a-f]{64}"', r'\1 "ID"'),
    (r"containerd://[0-9a-f]+", "CONTAINER"),
    (r"[\w./-]*/kubelet/pods/", "/var/lib/kubelet/pods/"),
    (r"/proc/thread-self/fd/\d+", "/proc/thread-self/fd/N"),
    (r"\bnode-\d\b", "NODE"),
    (r"-\d{8}\b", "-MINUTE"),
    (r" in \d[\d.]*m?s( \(\d[\d.]*m?s including waiting\))?", " in TIME"),
    (r"Image size: \d+ bytes", "Image size: N bytes"),
)


def clean(text: str, namespace: str) -> str:
    """A text without what differs from one run to the next."""
    text = text.replace(namespace, "NAMESPACE")
    for pattern, replacement in _PATTERNS:
        text = re.sub(pattern, replacement, text)
    return text
