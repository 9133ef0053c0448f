"""Running a model over scenarios: the options of a run, the run, its plan."""
from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any, TypedDict

from ._call import OK, Call, PathLike, Progress, encode
from ._library import LIBRARY
from .errors import UsageError
from ._network import Network
from ._results import Results


class RunOptions(TypedDict, total=False):
    """Options of a run, all of them by keyword.

    settings: of the model, {"alpha": 0.5}; models() lists them.
    scenarios: path of a CSV or YAML scenario file; without one there is the one scenario "baseline", without shock.
    backend: "auto" (CUDA where a device answers, else the CPU), "cpu", "cuda". engine: "auto", "push", "tile", "sweep".
    isa: "baseline", "avx2", "avx512". threads: CPU threads, 0: one per processor. chunk: scenarios in flight per work item,
    0: chosen. None of these five changes a bit of the results.
    seed, count: in place of the scenario file's (count 0: as it says).
    shard: (index, of), counted from 0: this run computes one part of so many.
    assumption_draws: draws of the uncertain assumptions, 0: as the scenario file says. ensemble: members of ensemble.csv.
    keep_worst: scenarios with the largest losses to keep in full detail, -1: as the scenario file says.
    strict: warnings are errors, and so is a scenario that did not converge. allow_missing_targets: shocks to entities that the
    network lacks are warnings. command: recorded as provenance.
    checkpoint: path of the checkpoint that the run keeps, and goes on from; checkpoint_seconds: longest time between two, 0: 5;
    replace_checkpoint: one of another run is dropped.
    verify_sample: blocks of 4,096 scenarios to compute once more, by plainer means, before results are given.
    """

    settings: Mapping[str, object]
    scenarios: PathLike
    backend: str
    engine: str
    isa: str
    threads: int
    chunk: int
    seed: int
    count: int
    shard: tuple[int, int]
    assumption_draws: int
    ensemble: int
    keep_worst: int
    strict: bool
    allow_missing_targets: bool
    command: str
    checkpoint: PathLike
    checkpoint_seconds: float
    verify_sample: int
    replace_checkpoint: bool


_TEXTS = ("scenarios", "backend", "engine", "isa", "command", "checkpoint")
_PLAIN = ("threads", "chunk", "count", "assumption_draws", "ensemble", "keep_worst", "strict", "allow_missing_targets",
          "checkpoint_seconds", "verify_sample", "replace_checkpoint")
_NUMBERS = {"threads": 32, "chunk": 64, "count": 64, "assumption_draws": 32, "ensemble": 32, "keep_worst": 64, "verify_sample": 64}


def _setting(key: str, value: object) -> bytes:
    """Numbers with the digits that give them back."""
    if isinstance(value, bool):
        value = int(value)
    return encode(f"{key}={value}", f"setting '{key}'") or b""


def whole(value: Any, bits: int, what: str) -> int:
    """A whole number that fits, which ctypes would cut off without a word."""
    number = int(value)
    if number != value or not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise UsageError([f"{what} is {value}, must be a whole number of {bits} bits"])
    return number


def seed_of(value: Any) -> int:
    number = int(value)
    if number != value or not 0 <= number < 2**64:
        raise UsageError([f"seed is {value}, must be a whole number from 0 to 2^64 - 1"])
    return number


def prepare(model: str, given: Mapping[str, Any]) -> Any:
    """The library's structure of options; texts that it points to live as long as it."""
    unknown = set(given) - set(RunOptions.__annotations__)
    if unknown:
        raise UsageError([f"option '{name}' is unknown, must be one of RunOptions" for name in sorted(unknown)])
    options = LIBRARY.ls_run_options_default()
    options.model = encode(model, "model")
    for name in _TEXTS:
        if given.get(name) is not None:
            setattr(options, name, encode(given[name], name))
    for name in _PLAIN:
        if given.get(name) is not None:
            bits = _NUMBERS.get(name)
            setattr(options, name, given[name] if bits is None else whole(given[name], bits, name))
    if given.get("seed") is not None:
        options.has_seed, options.seed = True, seed_of(given["seed"])
    if given.get("shard") is not None:
        index, of = given["shard"]
        options.shard_index, options.shard_count = whole(index, 32, "shard"), whole(of, 32, "shard")
    settings = [_setting(key, value) for key, value in (given.get("settings") or {}).items()]
    if settings:
        options.settings = (ctypes.c_char_p * len(settings))(*settings)
        options.setting_count = len(settings)
    return options


def run(network: Network, model: str, *, progress: Progress | None = None, **options: Any) -> Results:
    """Runs a model over its scenarios.

    options: those of RunOptions. progress: called now and then with the scenarios done and their number, from whatever thread;
    what it raises ends the run and is raised here. Ctrl-C ends it too, in good order: a checkpoint is kept where one was asked for.

    UsageError: unknown model or setting. UnusableError: the network lacks what the model needs, or a shock names what it lacks.
    BackendUnavailableError. NotConvergedError (under strict): its `report` is the Results.
    """
    prepared, pointer = prepare(model, options), ctypes.c_void_p()
    with Call(progress) as call:
        try:
            status = call.status("ls_run", network.handle, ctypes.byref(prepared), ctypes.byref(pointer))
        except BaseException:
            LIBRARY.ls_results_destroy(ctypes.byref(pointer))
            raise
        results = Results(pointer, network.ids, call.warnings) if pointer else None
        if status != OK or results is None:
            raise call.error(status, results)
        return results


def plan(network: Network, model: str, **options: Any) -> tuple[str, ...]:
    """What a run would be: checks everything, times a sample, computes nothing else; the lines that tell."""
    prepared, pointer = prepare(model, options), ctypes.c_void_p()
    prepared.dry_run = True
    with Call() as call:
        call.insist("ls_run", network.handle, ctypes.byref(prepared), ctypes.byref(pointer))
        return call.warnings


def matches(network: Network, model: str, results: Results, **options: Any) -> bool:
    """Are these the results, or the part, that run() would compute? No scenario is computed."""
    prepared, answer = prepare(model, options), ctypes.c_bool()
    with Call() as call:
        call.insist("ls_run_matches", network.handle, ctypes.byref(prepared), results.handle, ctypes.byref(answer))
    return answer.value


def remove_checkpoint(path: PathLike) -> None:
    """Removes a checkpoint and the files that belong to it; what is not there is no fault."""
    with Call() as call:
        call.insist("ls_checkpoint_remove", encode(path, "path"))
