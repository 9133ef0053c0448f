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


class Case:
    """The arrays of docs/bench.md, as double; `share` is what a debtor's row pays to a column, of 1."""

    def __init__(self, path):
        import h5py
        import numpy as np
        with h5py.File(path, "r") as file:
            self.id, self.model = file.attrs["id"], file.attrs["model"]
            for name in ("indptr", "indices", "amount", "external_assets", "due", "claims", "equity", "shock", "expected"):
                setattr(self, name, file[name][...])
            self.sector = file["sector"][...].astype(int) if "sector" in file else None
            self.essential = file["essential"][...] if "essential" in file else None
        self.scenarios, self.entities = self.shock.shape
        self.debtor = np.repeat(np.arange(self.entities), np.diff(self.indptr))
        self.assets_left = None
        if self.model == "eisenberg-noe":
            self.assets_left = self.external_assets * (1 - self.shock)
            self.largest = self.due.max()
        else:
            self.largest = 1.0

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
