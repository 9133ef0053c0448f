"""What all peers share: reading a case that `loopstress bench --export` wrote, and being timed in turns.

A peer is a program: it reads its case, solves it once to warm up, checks that answer, and says {"ready": ...}. For every line
"round" on its standard input it then solves once more and answers with the seconds. A peer whose module or device is missing
says {"skip": "why"} and ends with 0.
"""
import argparse
import json
import os
import sys
import time

TOLERANCE = 1e-9  # of answers, as a share of the largest obligation, or of 1
STOP = 1e-10  # of iterations: the largest change of a scenario, in the same measure
SWEEPS_MOST = 10000
UNPAID = 1e-9  # of what is due: less counts as paid in full
DISTRESSED = 1 - 1e-12


def arguments(ways):
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("way", choices=sorted(ways))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    words = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # before numpy is loaded
        os.environ[name] = str(words.threads)
    return words


def say(**what):
    print(json.dumps(what), flush=True)


def skip(why):
    say(skip=str(why))
    sys.exit(0)


NAMES = ("indptr", "indices", "amount", "external_assets", "due", "claims", "equity", "shock", "expected")
MORE_NAMES = {"PROD1000": ("sector", "essential")}
MODELS = {"C6": "debtrank-linear", "DR1000": "debtrank-linear", "G6": "debtrank-linear", "PROD1000": "production"}


def read_arrays(path, names):
    """With h5py or, where a GPU machine has none, with the HDF5 library itself, such as the one that a bundle carries."""
    try:
        import h5py
    except ImportError:
        return read_by_library(path, names)
    with h5py.File(path, "r") as file:
        return {name: file[name][...] for name in names}


def find_library():
    import ctypes.util
    import glob
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    found = glob.glob(os.path.join(root, "lib", "libhdf5_serial.so*")) + glob.glob(os.path.join(root, "lib", "libhdf5.so*"))
    return found[0] if found else ctypes.util.find_library("hdf5_serial") or ctypes.util.find_library("hdf5")


def read_by_library(path, names):
    """Every array as double."""
    import ctypes
    import numpy as np
    name_of_library = find_library()
    if name_of_library is None:
        skip("neither h5py nor libhdf5 is here")
    hdf5 = ctypes.CDLL(name_of_library)
    for name in ("H5Fopen", "H5Dopen2", "H5Dget_space"):
        getattr(hdf5, name).restype = ctypes.c_int64
    hdf5.H5open()
    as_double = ctypes.c_int64.in_dll(hdf5, "H5T_NATIVE_DOUBLE_g")
    file, arrays = ctypes.c_int64(hdf5.H5Fopen(path.encode(), 0, ctypes.c_int64(0))), {}
    for name in names:
        data = ctypes.c_int64(hdf5.H5Dopen2(file, name.encode(), ctypes.c_int64(0)))
        space = ctypes.c_int64(hdf5.H5Dget_space(data))
        size = (ctypes.c_uint64 * 8)()
        rank = hdf5.H5Sget_simple_extent_dims(space, size, None)
        if rank < 1:
            skip(f"{path} has no array '{name}'")
        arrays[name] = np.empty([size[k] for k in range(rank)])
        whole = ctypes.c_int64(0)
        if hdf5.H5Dread(data, as_double, whole, whole, whole, arrays[name].ctypes.data_as(ctypes.c_void_p)) < 0:
            skip(f"'{name}' of {path} cannot be read")
        hdf5.H5Sclose(space)
        hdf5.H5Dclose(data)
    hdf5.H5Fclose(file)
    return arrays


class Case:
    """The arrays of docs/bench.md; the case's id is the file's name."""

    def __init__(self, path):
        import numpy as np
        self.id = os.path.splitext(os.path.basename(path))[0]
        self.model = MODELS.get(self.id, "eisenberg-noe")
        self.sector = self.essential = None
        for name, value in read_arrays(path, NAMES + MORE_NAMES.get(self.id, ())).items():
            setattr(self, name, value.astype(np.int64) if name in ("indptr", "indices", "sector") else value)
        self.scenarios, self.entities = self.shock.shape
        self.debtor = np.repeat(np.arange(self.entities), np.diff(self.indptr))
        self.assets_left = None
        if self.model == "eisenberg-noe":
            self.assets_left = self.external_assets * (1 - self.shock)
            self.largest = self.due.max()
        else:
            self.largest = 1.0

    def matrix(self, values):
        """Dense: row = who owes, column = who receives or loses."""
        import numpy as np
        whole = np.zeros((self.entities, self.entities))
        whole[self.debtor, self.indices] = values
        return whole

    def csr(self, values):
        """Row = who receives or loses, column = who owes."""
        from scipy import sparse
        shape = (self.entities, self.entities)
        return sparse.csr_matrix((values, (self.indices, self.debtor)), shape=shape)

    def shares(self):
        return self.amount / self.due[self.debtor]

    def exposures(self):
        """What the loss of a debtor is to a creditor, as a share of its equity."""
        return self.amount / self.equity[self.indices]

    def direct(self):
        import numpy as np
        return np.minimum(1, self.shock * (self.external_assets / self.equity))

    def failed(self, answer):
        if self.model == "eisenberg-noe":
            return self.due - answer > UNPAID * self.due
        return answer >= DISTRESSED if self.model == "debtrank-linear" else answer < -1

    def check(self, answer):
        """Largest difference and number of flips against what the case expects."""
        import numpy as np
        difference = float(np.max(np.abs(answer - self.expected)) / self.largest)
        return difference, int(np.count_nonzero(self.failed(answer) != self.failed(self.expected)))


def in_blocks(numbers, case, solve):
    """solve(first, end) over blocks of scenarios of about so many numbers, which then stay in a core's cache."""
    size = max(32, numbers // case.entities)
    for first in range(0, case.scenarios, size):
        solve(first, min(first + size, case.scenarios))


def serve(case, solve, take=lambda answer: answer):
    """`solve()` gives the answers of all scenarios, `take` brings them as [scenario, entity] to the host, which is not timed."""
    difference, flips = case.check(take(solve()))
    say(ready=True, scenarios=case.scenarios, difference=difference, flips=flips,
        passed=bool(difference <= TOLERANCE and flips == 0))
    answer_rounds(solve)


def answer_rounds(solve):
    for line in sys.stdin:
        if line.strip() != "round":
            break
        begun = time.perf_counter()
        solve()
        say(seconds=time.perf_counter() - begun)
