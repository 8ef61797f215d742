"""What the API server knows about the fields of every kind: types, defaults, merge keys and encodings.

The facts are in kubernetes.json.gz, which generate.py makes from a real cluster and Kubernetes' Go types.
"""

from __future__ import annotations

from pathlib import Path

TABLE = Path(__file__).with_name("kubernetes.json.gz")
INTERNAL = Path(__file__).with_name("internal.json.gz")
"""The table of the names that fields have in the API server's memory."""
