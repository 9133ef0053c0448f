"""loopstress - stress tests of financial networks: who fails, how much is lost, by which channel, and how sure that is.

    import loopstress

    with loopstress.read_network("my-network") as network:
        results = loopstress.run(network, "eisenberg-noe", scenarios="shocks.csv")
    print(results.mean, results.digest)
    table = results.to_xarray()          # labelled: scenario, entity, quarter; units as attributes

Everything is computed by libloopstress, with the bits of the command line. Amounts are in the network's own currency unit,
fractions are 0-1, quarters count from 0. What goes wrong is an exception of `loopstress.errors` with every message; nothing is
ever printed. Objects belong to one thread at a time. docs/python.md goes through it.
"""
from __future__ import annotations

from . import _reports
from ._call import Report
from ._library import LIBRARY as _LIBRARY
from ._network import Network, import_network, network, network_of_matrix, read_network
from ._reports import (backends, challenge, check, circularity, compare, coverage, doctor, explain, generate, indices, info, models,
                       reconstruct, reverse, verify, whatif, window)
from ._results import Results, merge, read_results
from ._running import RunOptions, matches, plan, remove_checkpoint, run
from ._version import VERSION as __version__
from .errors import (BackendUnavailableError, CheckFailedError, InputMissingError, InputOutputError, InternalError,
                     InvalidInputError, LoopstressError, NotConvergedError, OutOfMemoryError, OutputExistsError,
                     PermissionDeniedError, StoppedError, SystemFaultError, UnusableError, UsageError)

__all__ = [
    "BackendUnavailableError", "CheckFailedError", "InputMissingError", "InputOutputError", "InternalError",
    "InvalidInputError", "LoopstressError", "Network", "NotConvergedError", "OutOfMemoryError", "OutputExistsError",
    "PermissionDeniedError", "Report", "Results", "RunOptions", "StoppedError", "SystemFaultError", "UnusableError",
    "UsageError", "__version__", "backends", "challenge", "check", "circularity", "compare", "coverage", "doctor", "explain",
    "generate", "import_network", "indices", "info", "library_path", "matches", "merge", "models", "network",
    "network_of_matrix", "plan", "read_network", "read_results", "reconstruct", "remove_checkpoint", "reverse", "run", "verify",
    "whatif", "window",
]


def library_path() -> str:
    """Where the library lies that is called."""
    return str(_LIBRARY._name)


# Questions that this build of the library cannot answer are no names of this package.
for _name in _reports.MISSING:
    del globals()[_name]
    __all__.remove(_name)
