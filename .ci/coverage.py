"""Adds up gcov's counts of a build folder: lines and branches of host/ and kernels/, and the files below the whole."""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
lines = collections.defaultdict(lambda: collections.defaultdict(int))
branches = collections.defaultdict(lambda: collections.defaultdict(int))
counters = [os.path.abspath(path) for path in glob.glob(os.path.join(sys.argv[1], "**", "*.gcda"), recursive=True)]
for start in range(0, len(counters), 50):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["gcov", "--json-format", "--branch-probabilities", "--preserve-paths", *counters[start:start + 50]], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for path in glob.glob(os.path.join(folder, "*.json.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as file:
                for one in json.load(file)["files"]:
                    name = os.path.relpath(os.path.join(SOURCE, one["file"]), SOURCE)
                    if not name.startswith(("host/", "kernels/")):
                        continue
                    for line in one["lines"]:
                        lines[name][line["line_number"]] += line["count"]
                        for number, branch in enumerate(line["branches"]):
                            branches[name][line["line_number"], number] += branch["count"]


def share(counts):
    return sum(count > 0 for count in counts) / max(1, len(counts))


def whole(found):
    return share([count for one in found.values() for count in one.values()])


print(f"lines {100 * whole(lines):.1f} %, branches {100 * whole(branches):.1f} % of {len(lines)} files")
for name in sorted(lines, key=lambda name: share(lines[name].values())):
    if share(lines[name].values()) < whole(lines):
        print(f"{100 * share(lines[name].values()):6.1f} % {100 * share(branches[name].values()):6.1f} %  {name}")
