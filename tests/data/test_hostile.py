"""HDF5 files that are damaged, or made to harm: refused (65) or read, never a crash, never another file's content."""
import os
import random
import shutil
import struct
import subprocess
import sys

import h5py
import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
import harness  # noqa: E402
from harness import PROGRAM, banks, call, draws, expect  # noqa: E402

MUTANTS = int(os.environ.get("LOOPSTRESS_MUTANTS", "300"))  # of each file
SEAL = 64  # bytes behind the HDF5 data
SECRET = "root:x:0:0"


def network_file(folder):
    path = os.path.join(folder, "n.h5")
    expect(0, "import", banks(folder), "-o", path, "-q")
    return path


def results_file(folder):
    path = os.path.join(folder, "r.h5")
    expect(0, "run", banks(folder), "--model", "eisenberg-noe", "-q", "-n", "4096", "--keep", "worst:2", "--scenarios",
           draws(folder, 4096), "-o", path)
    return path


def checkpoint_file(folder):
    path = os.path.join(folder, "c.h5")
    call("run", banks(folder), "--model", "eisenberg-noe", "-q", "--scenarios", draws(folder, 80000000), "-o", path,
         "--deadline", "1")
    return path + ".partial"


def unsealed(path):
    with open(path, "rb") as file:
        data = file.read()
    return data[:-SEAL] if b"loopstress xxh3-128" in data[-SEAL:] else data


def refused(path, *told):
    """Nothing that is asked of the file crashes, and what it leads to does not show."""
    done = call("info", path)
    assert done.returncode == 65, (done.returncode, done.stderr)
    assert SECRET not in done.stdout + done.stderr, done.stdout
    for word in told:
        assert word in done.stderr, done.stderr


def replaced(folder, change):
    """A network file of which `change` made something else."""
    path = os.path.join(folder, "h.h5")
    with open(path, "wb") as file:
        file.write(unsealed(network_file(folder)))
    with h5py.File(path, "r+") as file:
        change(file)
    os.remove(os.path.join(folder, "n.h5"))
    return path


def test_another_files_bytes_are_not_read(folder):
    def external(file):
        del file["entities/external_assets"]
        file.create_dataset("entities/external_assets", (3,), "<f8", external=[("/etc/passwd", 0, 24)])
    refused(replaced(folder, external), "external_assets")


def test_links_that_lead_elsewhere_are_refused(folder):
    other = os.path.join(folder, "other.h5")
    with h5py.File(other, "w") as file:
        file["x"] = numpy.zeros(3)
    for link in (h5py.ExternalLink(other, "/x"), h5py.SoftLink("/entities/cash"), h5py.SoftLink("/entities/external_assets")):
        def lead(file, link=link):
            del file["entities/external_assets"]
            file["entities/external_assets"] = link
        refused(replaced(folder, lead), "link")


def test_a_virtual_dataset_is_refused(folder):
    def virtual(file):
        layout = h5py.VirtualLayout((3,), "<f8")
        layout[:] = h5py.VirtualSource(os.path.join(folder, "none.h5"), "x", (3,))
        del file["entities/external_assets"]
        file.create_virtual_dataset("entities/external_assets", layout)
    refused(replaced(folder, virtual), "external_assets")


def test_bombs_are_refused_before_they_go_off(folder):
    def chunk(file):
        del file["entities/external_assets"]
        file.create_dataset("entities/external_assets", (1 << 27,), "<f8", chunks=(1 << 27,), compression="gzip")
    def logical(file):
        del file["entities/external_assets"]
        file.create_dataset("entities/external_assets", (1 << 44,), "<f8", chunks=(1024,))
    for bomb in (chunk, logical):
        refused(replaced(folder, bomb), "external_assets")


def test_a_cycle_of_hard_links_and_other_types_are_refused_or_harmless(folder):
    def cycle(file):
        file["entities/entities"] = file["/"]
    path = replaced(folder, cycle)
    assert call("info", path).returncode in (0, 65)
    def texts(file):
        del file["entities/external_assets"]
        file["entities/external_assets"] = numpy.array([b"a", b"b", b"c"])
    refused(replaced(folder, texts), "external_assets")
    def compound(file):
        del file["entities/external_assets"]
        file["entities/external_assets"] = numpy.zeros(3, dtype=[("a", "f8"), ("b", "i4")])
    refused(replaced(folder, compound), "external_assets")


def mutants(data, rng, count):
    for _ in range(count):
        mutant = bytearray(data)
        if rng.random() < 0.1:
            mutant = mutant[: rng.randrange(len(mutant))]
        for _ in range(rng.randint(1, 4)):
            if mutant:
                mutant[rng.randrange(len(mutant))] = rng.randrange(256)
        yield bytes(mutant)


def survive(folder, path, seed):
    """Counts of exit codes over mutants of a file; one that ends otherwise is kept for whoever looks."""
    rng, data = random.Random(seed), unsealed(path)
    mutant_path, counts = os.path.join(folder, "m.h5"), {}
    for mutant in mutants(data, rng, MUTANTS):
        with open(mutant_path, "wb") as file:
            file.write(mutant)
        done = subprocess.run([PROGRAM, "info", mutant_path], capture_output=True, text=True, timeout=120, errors="replace")
        counts[done.returncode] = counts.get(done.returncode, 0) + 1
        if done.returncode not in (0, 65):
            shutil.copy(mutant_path, os.path.join(os.environ.get("TMPDIR", "/tmp"), "loopstress-mutant.h5"))
            raise AssertionError((done.returncode, done.stderr))
    print(f"mutants of {os.path.basename(path)}: {counts}", flush=True)
    assert counts.get(65, 0) > MUTANTS // 20, counts


def test_mutants_of_a_network_are_refused_or_read(folder):
    survive(folder, network_file(folder), 1)


def test_mutants_of_results_are_refused_or_read(folder):
    survive(folder, results_file(folder), 2)


def test_mutants_of_a_checkpoint_are_refused_or_read(folder):
    survive(folder, checkpoint_file(folder), 3)


def test_a_sealed_file_is_checked_before_anything_looks_into_it(folder):
    path = network_file(folder)
    data = open(path, "rb").read()
    for at in (0, 100, len(data) // 2, len(data) - SEAL - 1, len(data) - 10):
        with open(path, "wb") as file:
            file.write(data[:at] + struct.pack("B", data[at] ^ 255) + data[at + 1:])
        assert call("info", path).returncode in (0, 65) if at > len(data) - SEAL else call("info", path).returncode == 65


harness.main(globals())
