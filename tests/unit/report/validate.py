#!/usr/bin/env python3
"""Holds what `report-sample jsonl` and `report-sample canonical` print against docs/schema/ and
docs/schema/canonical/: validate.py SCHEMA_DIR SAMPLE_PROGRAMME

The validator below knows the part of JSON Schema that the schemas use and refuses any other word.
Each schema is also shown broken lines, which it must refuse: a schema that takes everything proves
nothing. Where python3-jsonschema is installed, it must agree.
"""
import copy
import json
import os
import re
import subprocess
import sys

ORDER = ["run", "coverage", "preamble", "object", "finding", "event"]
CANONICAL = ["canonical", "root", "object", "fact", "skipped-mount", "sum"]
WORDS = {"$schema", "title", "description", "type", "properties", "required", "additionalProperties", "items",
         "enum", "const", "minimum", "maximum", "maxItems", "pattern"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "null": lambda v: v is None,
}


def complaints(schema, value, at="$"):
    """What is wrong with value, as sentences."""
    unknown = set(schema) - WORDS
    if unknown:
        raise SystemExit(f"the validator does not know {sorted(unknown)} at {at}")
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(TYPES[t](value) for t in types):
        return [f"{at}: is no {types}"]
    out = []
    if "const" in schema and value != schema["const"]:
        out.append(f"{at}: is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        out.append(f"{at}: is none of {schema['enum']}")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        out.append(f"{at}: does not match {schema['pattern']}")
    if TYPES["number"](value):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            out.append(f"{at}: is out of range")
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            out.append(f"{at}: has too many items")
        for i, item in enumerate(value):
            out += complaints(schema.get("items", {}), item, f"{at}[{i}]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        out += [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in value]
        for key, item in value.items():
            if key in properties:
                out += complaints(properties[key], item, f"{at}.{key}")
            elif schema.get("additionalProperties", True) is False:
                out.append(f"{at}: has an unknown {key}")
    return out


HISTORY = ("id", "first_seen", "new", "triage")  # a report has them, the canonical export has not


def broken(line):
    """Copies of a good line, each with one thing wrong."""
    for key in line:
        if key.endswith("_b64") or key in ("same_as", "names"):
            continue
        if line["kind"] != "finding" or key not in HISTORY:
            without = copy.deepcopy(line)
            del without[key]
            yield f"without {key}", without
        wrong = copy.deepcopy(line)
        wrong[key] = {"x": [1]} if key != "parameters" else []
        yield f"with a wrong {key}", wrong
    yield "with more", {**line, "more": 1}


def load(directory, kinds):
    schemas = {}
    for kind in kinds:
        with open(os.path.join(directory, f"{kind}.schema.json"), encoding="utf-8") as f:
            schemas[kind] = json.load(f)
    return schemas


def printed(programme, how):
    output = subprocess.run([programme, how], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in output.decode("utf-8").splitlines()]


def check(schemas, lines):
    """What is wrong with the lines, and with the schemas."""
    bad = []
    for n, line in enumerate(lines, 1):
        bad += [f"line {n}: {c}" for c in complaints(schemas[line["kind"]], line)]
        for what, wrong in broken(line):
            if not complaints(schemas[line["kind"]], wrong):
                bad.append(f"{line['kind']} {what}: the schema takes it")
    try:
        import jsonschema
    except ImportError:
        jsonschema = None
    if jsonschema:
        for schema in schemas.values():
            jsonschema.Draft202012Validator.check_schema(schema)
        for n, line in enumerate(lines, 1):
            for e in jsonschema.Draft202012Validator(schemas[line["kind"]]).iter_errors(line):
                bad.append(f"line {n}, jsonschema: {e.message[:200]}")
    else:
        print("python3-jsonschema is not here")
    return bad


def main(directory, programme):
    report, lines = load(directory, ORDER), printed(programme, "jsonl")
    kinds = [line["kind"] for line in lines]
    bad = check(report, lines)
    if kinds != sorted(kinds, key=ORDER.index) or set(kinds) != set(ORDER):
        bad.append(f"order or kinds: {kinds}")
    exported = printed(programme, "canonical")
    canonical = {**load(os.path.join(directory, "canonical"), CANONICAL), "finding": report["finding"]}
    bad += ["canonical " + b for b in check(canonical, exported)]
    if {line["kind"] for line in exported} != set(canonical) or exported[0]["kind"] != "canonical":
        bad.append(f"canonical: kinds {[line['kind'] for line in exported]}")
    print("\n".join(bad) or f"{len(lines) + len(exported)} lines hold")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
