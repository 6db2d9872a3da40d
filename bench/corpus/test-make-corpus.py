#!/usr/bin/env python3
"""Asserts that make-corpus makes the same bytes twice, and others of another seed.

Usage: test-make-corpus.py MAKE_CORPUS KIND
"""
import hashlib
import pathlib
import subprocess
import sys
import tempfile

MIB = 1 << 20
FILES = 450  # of the tree: three directories


def digest_of_tree(root):
    """(number of files, SHA-256 over their names and bytes in order)."""
    whole = hashlib.sha256()
    files = sorted(p for p in root.rglob("*") if p.is_file())
    for path in files:
        whole.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return len(files), whole.hexdigest()


def made(program, kind, seed):
    """(bytes or files made, SHA-256 of them)."""
    if kind not in ("tree", "adversarial"):
        out = subprocess.run([program, kind, "1", seed], stdout=subprocess.PIPE, check=True).stdout
        return len(out), hashlib.sha256(out).hexdigest()
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch) / "made"
        args = [str(FILES), seed] if kind == "tree" else ["1"]
        subprocess.run([program, kind, root, *args], check=True)
        if kind == "adversarial":
            assert all(p.stat().st_size == MIB for p in root.iterdir()), "a file is not 1 MiB"
        return digest_of_tree(root)


def main(program, kind):
    first, second = made(program, kind, "42"), made(program, kind, "42")
    assert first == second, f"two runs differ: {first}, {second}"
    expected = {"tree": FILES, "adversarial": 15}.get(kind, MIB)
    assert first[0] == expected, f"made {first[0]}, expected {expected}"
    if kind != "adversarial":
        other = made(program, kind, "43")
        assert other[1] != first[1], "another seed makes the same bytes"


if __name__ == "__main__":
    main(*sys.argv[1:])
