#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""shrink.py BUILD_DIR KERNEL SEED OPS [OPTION-OF-conform]...

Removes operations from a random sequence while the real kernel and uprime
still answer it differently, and prints what is left. Many candidates are tried
in one boot of the guest; only a digest of each transcript comes out of it.
"""

import concurrent.futures
import difflib
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
# Candidates in one boot.
BATCH = 200
# What uprime is beside each kernel.
DEVICES = {"6.1": "vgem", "6.12": "vgem,syncobj"}


class Shrinker:
    def __init__(self, build, kernel, options):
        self.build = build
        self.kernel = kernel
        self.conform = os.path.join(build, "tests/conformance/conform")
        self.options = options
        self.device = DEVICES[kernel]

    def guest(self, text, what):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            # The lie, if there is one, is uprime's: the guest has an
            # environment of its own.
            env = dict(os.environ, ORACLE_INPUT=file.name,
                       ORACLE_KERNEL=self.kernel)
            env.setdefault("ORACLE_TIMEOUT", "600")
            return subprocess.run(
                [os.path.join(HERE, "../oracle/guest.sh"), self.build,
                 self.conform, *self.options, what, "-"],
                env=env, check=True, stdout=subprocess.PIPE,
                universal_newlines=True).stdout

    def uprime(self, text, what):
        try:
            return subprocess.run(
                [os.path.join(self.build, "uprime"), "run",
                 "--device", self.device, "--",
                 self.conform, *self.options, what, "-"],
                input=text, stdout=subprocess.PIPE, timeout=120,
                universal_newlines=True).stdout
        except subprocess.TimeoutExpired:
            return "no end"

    def transcripts(self, ops):
        text = "== it\n" + "\n".join(ops) + "\n"
        return (self.guest(text, "replay").splitlines(),
                self.uprime(text, "replay").splitlines())

    def differ(self, candidates):
        """Whether the two answer differently, for each candidate."""
        text = "".join("== %d\n%s\n" % (i, "\n".join(ops))
                       for i, ops in enumerate(candidates))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            kernel = pool.submit(self.guest, text, "digest")
            ours = pool.submit(self.uprime, text, "digest")
        kernel = kernel.result().splitlines()
        ours = ours.result().splitlines()
        ours += ["no answer"] * (len(kernel) - len(ours))
        return [mine != theirs for mine, theirs in zip(ours, kernel)]

    def differs_alone(self, ops):
        """The same in a session of its own: in a batch a difference can be
        what the candidate before has left behind."""
        kernel, ours = self.transcripts(ops)
        return kernel != ours

    def smallest(self, candidates, ops):
        """The shortest candidate that still differs; ops if none does."""
        candidates = sorted(candidates, key=len)[:BATCH]
        if candidates:
            for candidate, differs in zip(candidates,
                                          self.differ(candidates)):
                if differs and self.differs_alone(candidate):
                    return candidate
        return ops

    def round(self, ops):
        """Tries to do without each chunk, then without several at once."""
        size = max(len(ops) // 2, 1)
        spare = []
        while size and not spare:
            chunks = []
            while size and (not chunks or
                            len(chunks) + len(ops) // size < BATCH):
                chunks += [range(i, min(i + size, len(ops)))
                           for i in range(0, len(ops), size)]
                size //= 2
            answers = self.differ([without(ops, chunk) for chunk in chunks])
            spare = [chunk for chunk, differs in zip(chunks, answers)
                     if differs]
        # Together with the larger ones already gone, as long as it differs.
        together, several = set(), []
        for chunk in spare:
            together |= set(chunk)
            several.append(without(ops, together))
        several += [without(ops, set(chunk) | set(other))
                    for i, chunk in enumerate(spare) for other in spare[:i]]
        several += [without(ops, chunk) for chunk in spare]
        return self.smallest(several, ops)


def without(ops, indexes):
    gone = set(indexes)
    return [op for i, op in enumerate(ops) if i not in gone]


def cut(ops, kernel, ours):
    """All up to the first line that differs; the first line is a title."""
    for i, (theirs, mine) in enumerate(zip(kernel[1:], ours[1:])):
        if theirs != mine:
            return ops[:i + 1]
    return ops[:len(ours)]


def main():
    build, kernel, seed, count = sys.argv[1:5]
    shrinker = Shrinker(build, kernel, sys.argv[5:])
    ops = subprocess.run([shrinker.conform, *shrinker.options, "generate",
                          seed, count],
                         check=True, stdout=subprocess.PIPE,
                         universal_newlines=True).stdout.splitlines()[1:]
    kernel, ours = shrinker.transcripts(ops)
    if kernel == ours:
        print("seed %s does not differ when it runs alone" % seed)
        return 1
    ops = cut(ops, kernel, ours)
    while True:
        shorter = shrinker.round(ops)
        if len(shorter) == len(ops):
            break
        ops = shorter
    kernel, ours = shrinker.transcripts(ops)
    path = os.path.join(build, "conformance", shrinker.kernel,
                        "seed-%s.ops" % seed)
    with open(path, "w") as file:
        file.write("== seed %s, shrunk\n%s\n" % (seed, "\n".join(ops)))
    print("%d operations are left, also in %s" % (len(ops), path))
    print("\n".join(difflib.unified_diff(kernel, ours, "kernel", "uprime",
                                         lineterm="", n=len(ops))))
    return 0


sys.exit(main())
