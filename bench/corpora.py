"""Corpora: the inputs, made once and kept in a cache directory.

The directory's name holds the digest of the generator's source, so that no run ever reads what
another generator made. A corpus is written beside its name and renamed: what is there is whole.
"""
import hashlib
import pathlib
import shutil
import subprocess

KINDS = ("prose", "csv", "digits", "random", "sql")
SEED = 42
TREE_SEED = 7


def generator_digest():
    source = pathlib.Path(__file__).parent / "corpus"
    whole = hashlib.sha256()
    for path in sorted(source.glob("*.[ch]")):
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]


class Corpora:
    def __init__(self, program, directory, mib, adversarial_mib, tree_files):
        self.program = program
        self.root = pathlib.Path(directory) / generator_digest()
        self.mib = mib
        self.adversarial_mib = adversarial_mib
        self.tree_files = tree_files

    def file(self, kind):
        return self.root / f"{self.mib}-mib" / kind

    @property
    def small(self):
        return self.root / "1-kib"

    @property
    def tree(self):
        return self.root / f"tree-{self.tree_files}"

    @property
    def adversarial(self):
        return self.root / f"adversarial-{self.adversarial_mib}-mib"

    def adversaries(self):
        return sorted(self.adversarial.iterdir())

    def make(self):
        for kind in KINDS:
            self._make_file(self.file(kind), kind, str(self.mib), str(SEED))
        self._make_directory(self.adversarial, "adversarial", str(self.adversarial_mib))
        self._make_directory(self.tree, "tree", str(self.tree_files), str(TREE_SEED))
        with open(self.file("prose"), "rb") as prose:
            self.small.write_bytes(prose.read(1024))

    def _make_file(self, path, *args):
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with open(unfinished, "wb") as out:
            subprocess.run([self.program, *args], stdout=out, check=True)
        unfinished.rename(path)

    def _make_directory(self, path, kind, *args):
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run([self.program, kind, unfinished, *args], check=True)
        unfinished.rename(path)
