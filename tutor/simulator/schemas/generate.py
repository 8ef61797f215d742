"""Makes kubernetes.json.gz, what the API server knows about every built-in type, without descriptions; and internal.json.gz, the
names that fields have in its memory.

    python -m tutor.simulator.schemas.generate [--kubeconfig FILE]

Needs a running cluster of the version to model (its /openapi/v3 gives defaults, enums, list types and required fields),
kubectl on PATH, and Go (structs.go reads the Go structs: their names, JSON tags, protobuf numbers and merge keys; internal.go
those of the module k8s.io/kubernetes). All are Apache-2.0, (c) The Kubernetes Authors.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tutor.simulator.schemas import INTERNAL, TABLE
from tutor.simulator.schemas.table import SPECIAL

MODULES = ("api", "apiextensions-apiserver", "apimachinery", "client-go", "kube-aggregator", "metrics")

Json = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", default="")
    options = parser.parse_args()
    version = _kubectl(options.kubeconfig, "/version")["gitVersion"]
    structs = read_structs("v0" + version.removeprefix("v1"))
    schemas, served = read_openapi(options.kubeconfig)
    table = {
        "source": f"Kubernetes {version}: /openapi/v3 of its API server and the Go types of k8s.io/api and others",
        "version": version,
        **make_table(structs, schemas, served),
    }
    text = json.dumps(table, separators=(",", ":"), sort_keys=True)
    TABLE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    names = json.dumps(read_internal(version), separators=(",", ":"), sort_keys=True)
    INTERNAL.write_bytes(gzip.compress(names.encode(), 9, mtime=0))
    print(f"{TABLE.name}: {len(table['types'])} types, {TABLE.stat().st_size:,} bytes ({len(text):,} unpacked)")  # noqa: T201 # a script's report


def _kubectl(kubeconfig: str, path: str) -> Json:
    command = ["kubectl", *(["--kubeconfig", kubeconfig] if kubeconfig else []), "get", "--raw", path]
    answer: Json = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def read_structs(version: str) -> Json:
    """Builds and runs structs.go against a version of the Kubernetes modules."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(Path(__file__).with_name("structs.go"), Path(folder, "main.go"))
        requires = "\n".join(f"\tk8s.io/{module} {version}" for module in MODULES)
        Path(folder, "go.mod").write_text(f"module schematable\n\ngo 1.24\n\nrequire (\n{requires}\n)\n")
        done = subprocess.run(["go", "run", "-mod=mod", "."], cwd=folder, check=True, capture_output=True)
    answer: Json = json.loads(done.stdout)
    return answer


def read_internal(version: str) -> Json:
    """Builds and runs internal.go against a version of Kubernetes, whose own parts have that version too."""
    kubernetes = f"k8s.io/kubernetes@{version}"
    told = subprocess.run(["go", "mod", "download", "-json", kubernetes], check=True, capture_output=True)
    source = Path(json.loads(told.stdout)["Dir"], "go.mod").read_text()
    parts = re.findall(r"^\s*(k8s\.io/\S+) => \./staging", source, flags=re.MULTILINE)
    same = "\n".join(f"replace {part} => {part} v0{version.removeprefix('v1')}" for part in parts)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(Path(__file__).with_name("internal.go"), Path(folder, "main.go"))
        Path(folder, "go.mod").write_text(
            f"module internaltable\n\ngo 1.24\n\nrequire k8s.io/kubernetes {version}\n\n{same}\n"
        )
        subprocess.run(["go", "mod", "tidy"], cwd=folder, check=True, capture_output=True)
        done = subprocess.run(["go", "run", "."], cwd=folder, check=True, capture_output=True)
    answer: Json = json.loads(done.stdout)
    return answer


def read_openapi(kubeconfig: str) -> tuple[Json, set[str]]:
    """All schemas by name, and the group versions ("apps/v1", "v1") that are served."""
    schemas: Json = {}
    served = set()
    for path in _kubectl(kubeconfig, "/openapi/v3")["paths"]:
        match = re.fullmatch(r"(?:api|apis/[^/]+)/(v\d\w*)", path)
        if match:
            served.add(path.removeprefix("apis/").removeprefix("api/"))
            schemas |= _kubectl(kubeconfig, f"/openapi/v3/{path}")["components"]["schemas"]
    return schemas, served


def openapi_name(go_path: str) -> str:
    """ "k8s.io/api/apps/v1.Deployment" as "io.k8s.api.apps.v1.Deployment" """
    package, _, name = go_path.rpartition(".")
    host, _, rest = package.partition("/")
    return ".".join([*reversed(host.split(".")), *rest.split("/"), name])


def make_table(structs: Json, schemas: Json, served: set[str]) -> Json:
    """The kinds that are served and every type they reach."""
    kinds = {}
    for gvk, path in structs["kinds"].items():
        group, version, _ = gvk.split("/")
        if (f"{group}/{version}" if group else version) in served:
            kinds[gvk] = path
    types: Json = {}
    pending = [*kinds.values()]
    while pending:
        path = pending.pop()
        if openapi_name(path) not in types and openapi_name(path) not in SPECIAL:
            types[openapi_name(path)] = _make_type(structs["types"][path], schemas.get(openapi_name(path), {}))
            pending.extend(_mentioned(structs["types"][path], structs["types"]))
    return {"kinds": {gvk: openapi_name(path) for gvk, path in sorted(kinds.items())}, "types": types}


def _mentioned(fields: list[Json], types: Json) -> list[str]:
    named = [name for field in fields for name in re.findall(r"k8s\.io/[\w./-]+", field["Type"])]
    return [name for name in named if name in types]


def _make_type(fields: list[Json], schema: Json) -> Json:
    properties = schema.get("properties", {})
    required = schema.get("required", ())
    made: Json = {"fields": {}}
    if schema.get("x-kubernetes-map-type") == "atomic":
        made["atomic"] = 1
    for field in fields:
        entry = _make_field(field, properties.get(field["JSON"], {}))
        if field["JSON"] in required:
            entry["r"] = 1
        if field["Inline"]:
            made.setdefault("inline", {})[field["Go"]] = entry
        elif field["JSON"] not in ("", "-"):
            made["fields"][field["JSON"]] = entry
    return made


def _make_field(field: Json, schema: Json) -> Json:
    """Keys: t type, p pointer, o omitempty, z omitzero, n protobuf number, w protobuf encoding, m merge key, s patch strategy,
    l list type, k list-map keys, a atomic map, d default, e enum, f format, r required."""
    number = field["Protobuf"].split(",")
    found = {
        "t": re.sub(r"k8s\.io/[\w./-]+", lambda m: openapi_name(m.group()), field["Type"]),
        "p": field["Pointer"],
        "o": field["OmitEmpty"],
        "z": field["OmitZero"],
        "n": int(number[1]) if len(number) > 1 else 0,
        "w": number[0] if len(number) > 1 and number[0] not in ("bytes", "varint") else "",
        "m": field["MergeKey"],
        "s": field["Strategy"],
        "l": schema.get("x-kubernetes-list-type"),
        "k": schema.get("x-kubernetes-list-map-keys"),
        "a": schema.get("x-kubernetes-map-type") == "atomic",
        "d": schema.get("default"),
        "e": schema.get("enum"),
    }
    return {
        key: 1 if value is True else value
        for key, value in found.items()
        if value or (key == "d" and value is not None)
    }


if __name__ == "__main__":
    main()
