"""The shape of the source: includes point one way, libraries stay in their folders, the library neither prints nor exits."""
import glob
import os
import re
import subprocess
import sys

import harness
from harness import SOURCE, Skip

LAYER = {"include": 0, "kernels": 1, "host": 2, "tests": 3}


def sources(*folders):
    for folder in folders:
        for path in glob.glob(os.path.join(SOURCE, folder, "**", "*.*"), recursive=True):
            if path.endswith((".c", ".h", ".cu", ".cc")):
                yield os.path.relpath(path, SOURCE)


def includes(path):
    """Names between quotes or angles of a file's #include lines."""
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return re.findall(r'^\s*#\s*include\s+["<]([^">]+)[">]', file.read(), re.MULTILINE)


def owner(path, name):
    """The top folder of the file that an #include means; None: not ours."""
    roots = [os.path.dirname(path), "include", "kernels", "host", "tests", "tests/harness"]
    for root in roots:
        if os.path.exists(os.path.join(SOURCE, root, name)):
            return os.path.relpath(os.path.normpath(os.path.join(SOURCE, root, name)), SOURCE).split(os.sep)[0]
    return None


def test_includes_point_one_way():
    wrong = []
    for path in sources(*LAYER):
        for name in includes(path):
            target = owner(path, name)
            if target in LAYER and LAYER[target] > LAYER[path.split(os.sep)[0]]:
                wrong.append(f"{path} includes {name}")
    assert not wrong, wrong


def test_the_command_line_uses_the_public_header_alone():
    wrong = []
    for path in sources("host/cli"):
        own = {os.path.basename(p) for p in glob.glob(os.path.join(SOURCE, "host/cli/*.h"))} | {"loopstress.h"}
        wrong += [f"{path} includes {name}" for name in includes(path) if owner(path, name) is not None and name not in own]
    assert not wrong, wrong


def test_nothing_includes_the_command_line():
    wrong = [path for path in sources("host", "tests") if any(name.startswith("cli/") for name in includes(path))]
    assert not wrong, wrong


def test_foreign_libraries_stay_in_their_folders():
    allowed = {"hdf5.h": "host/io", "yaml.h": "host/io", "jansson.h": "host/io", "seccomp.h": "host/io", "cuda_runtime.h": "kernels/cuda", "mpi.h": "host/cli"}
    wrong = []
    for path in sources("include", "kernels", "host"):
        for name in includes(path):
            home = allowed.get(name)
            if home and not path.startswith(home) and owner(path, name) is None:
                wrong.append(f"{path} includes {name}")
    assert not wrong, wrong


def test_file_names_are_unique_and_open_with_their_purpose():
    wrong = []
    for path in sources("include", "kernels", "host"):
        with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
            first = file.readline()
        if not first.startswith(("/*", "//")) or os.path.basename(path) not in first:
            wrong.append(path)
    assert not wrong, wrong


def test_the_library_neither_prints_nor_exits():
    build = sys.argv[2] if len(sys.argv) > 2 else os.path.join(SOURCE, "build")
    objects = glob.glob(os.path.join(build, "CMakeFiles", "ls_*.dir", "host", "**", "*.o"), recursive=True)
    if not objects:
        raise Skip("no objects of the library in this build folder")
    undefined = subprocess.run(["nm", "-u", *objects], capture_output=True, text=True, check=True).stdout
    names = {line.split()[-1] for line in undefined.splitlines() if line.split()}
    banned = {"printf", "puts", "putchar", "stdout", "stderr", "exit", "abort", "setlocale", "strtod", "system"}
    assert not names & banned, names & banned
    ends = [path for path in sources("host", "kernels") if "_exit(" in open(os.path.join(SOURCE, path), encoding="utf-8").read()]
    assert [path for path in ends if not path.startswith("host/cli")] == ["host/io/hdf5_reader.c"], ends  # a process of its own


def test_only_public_names_are_exported():
    library = os.path.join(sys.argv[2] if len(sys.argv) > 2 else os.path.join(SOURCE, "build"), "libloopstress.so")
    if not os.path.exists(library):
        raise Skip("no shared library in this build folder")
    defined = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    names = [line.split()[-1] for line in defined.splitlines()]
    with open(os.path.join(SOURCE, "include", "loopstress.h"), encoding="utf-8") as file:
        public = set(re.findall(r"\b(ls_[a-z0-9_]+)\(", file.read()))
    foreign = [name for name in names if name not in public and not name.startswith(("_", "__"))]
    assert not foreign, foreign
    assert public - set(names) == set(), public - set(names)


harness.main(globals())
