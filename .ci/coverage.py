"""Adds up gcov's counts of a build folder: lines and branches of host/ and kernels/, and the files below the whole.

usage: coverage.py BUILD [--missing [PART-OF-A-NAME]]: with --missing instead each line that was not gone through (L) or that has branches
never taken (B, how many of how many), with its text.

A file may be compiled into several objects, and a header into many: counts of the same line are added, and so are those of the same branch. Where
objects differ in how many branches a line has (other instruction sets, for instance), those of the most frequent number count.
"""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
AT_A_TIME = 50  # counters that one gcov reads
lines = collections.defaultdict(lambda: collections.defaultdict(int))
shapes = collections.defaultdict(lambda: collections.defaultdict(list))  # (file, line), number of branches: counts by object


def take(folder):
    for path in glob.glob(os.path.join(folder, "*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for one in json.load(file)["files"]:
                name = os.path.relpath(os.path.join(SOURCE, one["file"]), SOURCE)
                if name.startswith(("host/", "kernels/")):
                    take_file(name, one["lines"])


def take_file(name, found):
    branches = collections.defaultdict(list)
    for line in found:
        lines[name][line["line_number"]] += line["count"]
        branches[line["line_number"]] += [branch["count"] for branch in line["branches"]]
    for number, counts in branches.items():
        if counts:
            shapes[name, number][len(counts)].append(counts)


def gather(build):
    counters = [os.path.abspath(path) for path in glob.glob(os.path.join(build, "**", "*.gcda"), recursive=True)]
    for start in range(0, len(counters), AT_A_TIME):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--preserve-paths", *counters[start:start + AT_A_TIME]],
                           cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            take(folder)


def merged():
    """By file and line: how often each branch was taken."""
    branches = collections.defaultdict(dict)
    for (name, number), by_size in shapes.items():
        usual = max(by_size.values(), key=len)
        branches[name][number] = [sum(counts) for counts in zip(*usual)]
    return branches


def share(counts):
    counts = list(counts)
    return 100 * sum(count > 0 for count in counts) / len(counts) if counts else 100.0


def every(by_line):
    return [count for counts in by_line.values() for count in counts]


def tell(branches):
    all_lines = share(count for found in lines.values() for count in found.values())
    all_branches = share(count for found in branches.values() for count in every(found))
    print(f"lines {all_lines:.1f} %, branches {all_branches:.1f} % of {len(lines)} files")
    for name in sorted(lines, key=lambda name: share(every(branches[name]))):
        if share(lines[name].values()) < all_lines or share(every(branches[name])) < all_branches:
            print(f"{share(lines[name].values()):6.1f} % {share(every(branches[name])):6.1f} %  {name}")


def tell_missing(branches, part):
    for name in sorted(name for name in lines if part in name):
        with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
            text = file.read().split("\n")
        for number in sorted(lines[name]):
            taken = branches[name].get(number, [])
            missing = sum(count == 0 for count in taken)
            if lines[name][number] == 0 or missing > 0:
                kind = "L" if lines[name][number] == 0 else "B"
                print(f"{kind} {missing}/{len(taken)} {name}:{number}: {text[number - 1].strip()}")


gather(sys.argv[1])
if sys.argv[2:3] == ["--missing"]:
    tell_missing(merged(), sys.argv[3] if len(sys.argv) > 3 else "")
else:
    tell(merged())
