"""Questions to a network, to results, to the build: each answers with the document that its command prints with --json.

Documents are dicts (or lists) whose keys docs/file-formats.md and the page named in each docstring list; amounts in currency
units, fractions 0-1, None where there is no number. The library's warnings stand in their attribute `warnings`.
"""
from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from . import _library
from ._call import PathLike, Progress, Report, encode, json_of
from ._library import FORMAT_JSON, LIBRARY
from .errors import InvalidInputError, UsageError
from ._network import Network
from ._results import Results
from ._running import prepare, seed_of, whole

MISSING: list[str] = []
"""Names of the functions here that this build of the library cannot answer."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def _of(symbol: str) -> Callable[[_Function], _Function]:
    """Marks a function that needs one of the library."""
    def mark(function: _Function) -> _Function:
        if not _library.has(symbol):
            MISSING.append(function.__name__)
        return function

    return mark


# ---- networks and files ------------------------------------------------------------------------------------------------


@_of("ls_check")
def check(path: PathLike, *, draws: int = 0, seed: int = 0, sum_duplicates: bool = False, strict: bool = False) -> Report:
    """Checks a network folder or file: {"valid", "entities", "links", "errors", "warnings", "baseline_gate", "measures", ...}.

    Bad input is an answer, with "valid" False. draws: sets of the uncertain assumptions to ask the baseline gate over
    (docs/baseline-gate.md). A network without such assumptions has nothing to draw: UnusableError.
    """
    options = _library.CheckOptions(_library.ReadOptions(sum_duplicates, strict), whole(draws, 32, "draws"), seed_of(seed))
    report: Report = json_of("ls_check", encode(path, "path"), ctypes.byref(options), FORMAT_JSON,
                             tolerated=(InvalidInputError.status,))
    return report


@_of("ls_file_info")
def info(path: PathLike) -> Report:
    """What a network, results or checkpoint file holds, and where it came from."""
    report: Report = json_of("ls_file_info", encode(path, "path"), FORMAT_JSON)
    return report


@_of("ls_circularity_report")
def circularity(path: PathLike, *, basis: str | None = None, window: int = 4, rewirings: int = 1000, draws: int = 0,
                seed: int = 0) -> Report:
    """How much money goes round (docs/models/circularity.md): round trips, Finn's index, the largest circulation, cycles.

    basis: "headline", "firm", "funded" (of deals.csv), "purchases"; None: all there are. window: the next 4 or 20 quarters, of
    basis purchases. rewirings: random networks to compare with. draws: sets of the uncertain assumptions to give a band over.
    """
    options = LIBRARY.ls_circularity_options_default()
    options.basis, options.window = encode(basis, "basis"), whole(window, 32, "window")
    options.rewirings, options.draws = whole(rewirings, 64, "rewirings"), whole(draws, 64, "draws")
    options.seed = seed_of(seed)
    report: Report = json_of("ls_circularity_report", encode(path, "path"), ctypes.byref(options), FORMAT_JSON)
    return report


@_of("ls_coverage")
def coverage(path: PathLike) -> Report:
    """Whether means cover commitments, year by year, and on whom backlogs rest (docs/coverage.md)."""
    report: Report = json_of("ls_coverage", encode(path, "path"), FORMAT_JSON)
    return report


@_of("ls_reconstruct")
def reconstruct(marginals: PathLike, folder: PathLike, *, method: str, seed: int = 0, links: int = 0, ensemble: int = 0,
                replace: bool = False) -> Report:
    """Makes a network folder from what each entity lends and owes in all (docs/reconstruct.md).

    method: "ras", "minimum-density", "gravity", "gibbs". links: expected number, of the last two. ensemble: members.
    """
    options = _library.ReconstructOptions(encode(method, "method"), seed_of(seed), whole(links, 64, "links"),
                                          whole(ensemble, 64, "ensemble"))
    report: Report = json_of("ls_reconstruct", encode(marginals, "marginals"), ctypes.byref(options),
                             encode(folder, "folder"), replace, FORMAT_JSON)
    return report


@_of("ls_generate")
def generate(folder: PathLike, *, kind: str, entities: int, seed: int = 0, degree: float = 5, core_share: float = 0.1,
             capital_ratio: float = 0.04, interbank_share: float = 0.2, replace: bool = False) -> Report:
    """Makes a random network folder (docs/generate.md). kind: "core-periphery", "erdos-renyi", "scale-free"; degree: mean number of
    borrowers; core_share, capital_ratio, interbank_share: fractions above 0 and below 1."""
    options = _library.GenerateOptions(encode(kind, "kind"), whole(entities, 64, "entities"), seed_of(seed), degree, core_share,
                                       capital_ratio, interbank_share)
    report: Report = json_of("ls_generate", ctypes.byref(options), encode(folder, "folder"), replace, FORMAT_JSON)
    return report


@_of("ls_window")
def window(*, degree: Sequence[float] | None = None, entities: int | None = None, networks: int | None = None, seed: int = 0,
           interbank_share: float | None = None, capital_ratio: float | None = None, threshold: float | None = None,
           tie_survives: bool = False) -> Report:
    """The window of contagion of Gai and Kapadia (docs/contagion-window.md). degree: mean numbers of borrowers [1 to 1,000]; entities
    of each network; networks for each degree; the others are fractions. None: the library's own."""
    options = LIBRARY.ls_window_options_default()
    options.seed, options.tie_survives = seed_of(seed), tie_survives
    if degree is not None:
        values = np.ascontiguousarray(degree, dtype=np.float64)
        options.degree = values.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
        options.degree_count = len(values)
    for name, bits, value in (("entities", 64, entities), ("networks", 64, networks)):
        if value is not None:
            setattr(options, name, whole(value, bits, name))
    for name, share in (("interbank_share", interbank_share), ("capital_ratio", capital_ratio), ("threshold", threshold)):
        if share is not None:
            setattr(options, name, share)
    report: Report = json_of("ls_window", ctypes.byref(options), FORMAT_JSON)
    return report


# ---- runs of runs ------------------------------------------------------------------------------------------------------


@_of("ls_challenge")
def challenge(network: Network, model: str = "loop", *, progress: Progress | None = None, **options: Any) -> Report:
    """How far losses hang on choices of the model (docs/challenger.md): {"base", "challengers", "verdict"}. options: of run()."""
    prepared = prepare(model, options)
    report: Report = json_of("ls_challenge", network.handle, ctypes.byref(prepared), FORMAT_JSON, progress=progress)
    return report


@_of("ls_indices")
def indices(network: Network, model: str, *, shapley: bool = False, permutations: int = 0, progress: Progress | None = None,
            **options: Any) -> Report:
    """What the default of each costs the others, or with `shapley` whose shocks the losses are due to (docs/indices.md).

    permutations: of the attribution, 0: all subsets where they are few. options: of run().
    """
    prepared = prepare(model, options)
    wanted = _library.IndicesOptions(shapley, whole(permutations, 64, "permutations"))
    report: Report = json_of("ls_indices", network.handle, ctypes.byref(prepared), ctypes.byref(wanted), FORMAT_JSON,
                             progress=progress)
    return report


@_of("ls_whatif")
def whatif(network: Network, edits: PathLike, model: str, *, progress: Progress | None = None, **options: Any) -> Report:
    """The same scenarios on copies of the network that the YAML file `edits` changes (docs/whatif.md). options: of run()."""
    prepared = prepare(model, options)
    report: Report = json_of("ls_whatif", network.handle, encode(edits, "edits"), ctypes.byref(prepared), FORMAT_JSON,
                             progress=progress)
    return report


@_of("ls_reverse")
def reverse(network: Network, model: str, *, target_loss: float | None = None, target_default: str | None = None,
            starts: int | None = None, most: int | None = None, output: PathLike | None = None, replace: bool = False,
            progress: Progress | None = None, **options: Any) -> Report:
    """The smallest shocks that reach a system loss, in currency units, or make an entity default (docs/reverse.md).

    Exactly one target. starts: random directions to search from; most: solutions to give; output: a CSV scenario file to write
    them to. options: of run().
    """
    if (target_loss is None) == (target_default is None):
        raise UsageError(["give one of target_loss and target_default"])
    prepared, wanted = prepare(model, options), LIBRARY.ls_reverse_options_default()
    wanted.target_loss, wanted.target_default = target_loss or 0.0, encode(target_default, "target_default")
    wanted.output, wanted.replace = encode(output, "output"), replace
    if starts is not None:
        wanted.starts = whole(starts, 64, "starts")
    if most is not None:
        wanted.most = whole(most, 32, "most")
    report: Report = json_of("ls_reverse", network.handle, ctypes.byref(prepared), ctypes.byref(wanted), FORMAT_JSON,
                             progress=progress)
    return report


# ---- results -----------------------------------------------------------------------------------------------------------


@_of("ls_results_compare")
def compare(a: Results, b: Results) -> Report:
    """{"equal", "digest_a", "digest_b", "max_difference", "paired"}: differences are b less a."""
    report: Report = json_of("ls_results_compare", a.handle, b.handle, FORMAT_JSON)
    return report


@_of("ls_explain")
def explain(results: Results, scenario: str | int) -> Report:
    """One scenario told (docs/explain.md): its shocks, who failed when and why, what each lost. scenario: its number, or its name in a
    file of scenarios."""
    report: Report = json_of("ls_explain", results.handle, encode(str(scenario), "scenario"), FORMAT_JSON)
    return report


@_of("ls_verify")
def verify(path: PathLike, *, replay: int = 0, seed: int | None = None, backend: str = "auto", engine: str | None = None,
           isa: str | None = None, threads: int = 0, progress: Progress | None = None) -> Report:
    """Is a results file whole, as its record says, and are `replay` blocks of 4,096 scenarios, chosen at random, computed again to the
    same bits? {"valid", "digest", "record", "replay"}; what differs is an answer, with "valid" False."""
    options = _library.VerifyOptions(whole(replay, 64, "replay"), seed is not None, seed_of(seed or 0),
                                     encode(backend, "backend"), encode(engine, "engine"), encode(isa, "isa"),
                                     whole(threads, 32, "threads"))
    report: Report = json_of("ls_verify", encode(path, "path"), ctypes.byref(options), FORMAT_JSON, progress=progress)
    return report


# ---- what this build offers ---------------------------------------------------------------------------------------------


@_of("ls_models_describe")
def models() -> list[dict[str, Any]]:
    """[{"name", "title", "source", "settings", ...}]"""
    documents: list[dict[str, Any]] = json_of("ls_models_describe", FORMAT_JSON)
    return documents


@_of("ls_backends_describe")
def backends() -> list[dict[str, Any]]:
    """[{"name", "available", "reason"}]"""
    documents: list[dict[str, Any]] = json_of("ls_backends_describe", FORMAT_JSON)
    return documents


@_of("ls_doctor")
def doctor() -> Report:
    """What this machine offers, and whether a small run comes out alike everywhere on it: {"healthy", "version", "findings"}."""
    report: Report = json_of("ls_doctor", FORMAT_JSON)
    return report
