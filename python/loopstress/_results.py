"""Results: numbers as arrays that lie in the library's own memory, as xarray Datasets, as documents, as files."""
from __future__ import annotations

import ctypes
import json
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _library
from ._call import OK, Call, Handle, PathLike, Report, encode, json_of
from ._library import LIBRARY
from .errors import UsageError

if TYPE_CHECKING:
    import xarray

_TYPES = {0: "<f8", 1: "<i4", 2: "|i1"}


class _Memory:
    """Numbers of results, for numpy; keeps the results alive."""

    def __init__(self, handle: Handle, array: Any) -> None:
        self.handle = handle
        self.__array_interface__ = {
            "version": 3,
            "typestr": _TYPES[array.type],
            "shape": tuple(array.shape[k] for k in range(array.rank)),
            "strides": tuple(array.stride[k] for k in range(array.rank)),
            "data": (array.data, True),
        }


class Results:
    """What a run computed.

    warnings: what the run warned of. It may be used in a `with` statement; arrays that were taken from it stay good after.
    """

    def __init__(self, pointer: ctypes.c_void_p, ids: Sequence[str] = (), warnings: tuple[str, ...] = ()) -> None:
        self._handle: Handle | None = Handle(pointer, LIBRARY.ls_results_destroy)
        self._ids = tuple(ids)
        self.warnings = warnings

    @property
    def handle(self) -> ctypes.c_void_p:
        if self._handle is None:
            raise UsageError(["the results are closed, must be open"])
        return self._handle.pointer

    @property
    def digest(self) -> str:
        """32 hexadecimal digits over the numbers: equal digests mean bit-equal results."""
        text: bytes = LIBRARY.ls_results_digest(self.handle)
        return text.decode()

    @property
    def scenario_count(self) -> int:
        """Scenarios of the whole run."""
        return int(LIBRARY.ls_results_scenario_count(self.handle))

    @property
    def mean(self) -> float:
        """Mean of the system's loss over the scenarios, in the network's currency unit; NaN of a part."""
        return float(LIBRARY.ls_results_system_loss_mean(self.handle))

    def __repr__(self) -> str:
        return "<closed results>" if self._handle is None else f"<results of {self.scenario_count} scenarios, {self.digest}>"

    # ---- numbers -------------------------------------------------------------------------------------------------------

    def _arrays(self) -> list[Any]:
        arrays = []
        for k in range(LIBRARY.ls_results_array_count(self.handle)):
            array = _library.Array()
            LIBRARY.ls_results_array(self.handle, k, ctypes.byref(array))
            arrays.append(array)
        return arrays

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Every array by its name, read-only and not copied: loss_gross [scenario], default_probability [entity], ...

        Names, shapes and units are those that to_xarray() tells; NaN: the scenarios cannot give that number.
        """
        if self._handle is None:
            raise UsageError(["the results are closed, must be open"])
        return {array.name.decode(): np.asarray(_Memory(self._handle, array)) for array in self._arrays()}

    def to_xarray(self) -> xarray.Dataset:
        """All arrays with their labels, over the dimensions scenario, entity, quarter, line, quantile.

        Each variable has the attributes `units` (the currency and unit of the network, or "1" for fractions and numbers) and
        `long_name`. Numbers are not copied. Scenarios are labelled with the names of a scenario file, else counted from 0;
        those of a part have no labels, as they begin elsewhere. The attributes of the whole are the document's heading.
        """
        import xarray

        told, values = self.describe(), self.arrays()
        money = " ".join(part for part in (told["currency"], told["unit"]) if part) or "currency unit"
        variables = {}
        for array in self._arrays():
            name, unit = array.name.decode(), array.unit.decode()
            dimensions = tuple(array.dimension[k].decode() for k in range(array.rank))
            attributes = {"units": money if unit == "currency" else unit, "long_name": array.meaning.decode()}
            variables[name] = (dimensions, values[name], attributes)
        sizes = {size: length for dimensions, value, _ in variables.values() for size, length in zip(dimensions, value.shape)}
        return xarray.Dataset(variables, self._labels(told, sizes), _heading(told))

    def _labels(self, told: Report, sizes: dict[str, int]) -> dict[str, Any]:
        ids = self._ids or tuple(entity["id"] for entity in told.get("entities", ()))
        kept = [scenario["id"] for scenario in told.get("scenarios", ())]
        numbered = told["shard_count"] == 1
        labels: dict[str, Any] = {
            "entity": np.array(ids) if ids else None,
            "quarter": np.arange(sizes.get("quarter", 0)),
            "line": np.array([line["name"] for line in told.get("lines", ())]),
            "quantile": np.array([float(level) for level in told.get("system", {}).get("var", {})]),
            "scenario": np.arange(sizes.get("scenario", 0)) if numbered else None,
        }
        if "seed" not in told and len(kept) == sizes.get("scenario"):
            labels["scenario"] = np.array(kept)
        return {name: label for name, label in labels.items() if label is not None and len(label) == sizes.get(name, -1)}

    def kept(self) -> xarray.Dataset:
        """Scenarios in full detail (those of a scenario file, the worst of drawn ones): the model's outputs [scenario, entity],
        and system_loss, loss_gross, loss_net, default_count, iterations, converged [scenario]."""
        import xarray

        scenarios = self.describe().get("scenarios", [])
        entities = [entity["id"] for entity in scenarios[0]["entities"]] if scenarios else []
        variables: dict[str, Any] = {}
        for name, first in (scenarios[0] if scenarios else {}).items():
            if isinstance(first, (bool, int, float)):
                variables[name] = ("scenario", np.array([scenario.get(name) for scenario in scenarios], dtype=_kind(name, first)))
        for name, first in (scenarios[0]["entities"][0] if scenarios else {}).items():
            if first is None or isinstance(first, (bool, int, float)):
                rows = [[entity.get(name) for entity in scenario["entities"]] for scenario in scenarios]
                variables[name] = (("scenario", "entity"), np.array(rows, dtype=_kind(name, first)))
        return xarray.Dataset(variables, {"scenario": [scenario["id"] for scenario in scenarios], "entity": entities})

    # ---- documents and files -------------------------------------------------------------------------------------------

    def describe(self) -> Report:
        """The document that `loopstress run --json` prints; its keys are in docs/file-formats.md."""
        document: Report = json_of("ls_results_describe", self.handle, _library.FORMAT_JSON)
        return document

    def summary(self) -> str:
        """The summary for people, at most 120 columns wide."""
        with Call() as call:
            status, text = call.text("ls_results_describe", self.handle, _library.FORMAT_TEXT)
            if status != OK or text is None:
                raise call.error(status)
            return text

    def write(self, path: PathLike, *, replace: bool = False) -> None:
        """Writes a results file (HDF5), complete or not at all; OutputExistsError unless `replace`."""
        with Call() as call:
            call.insist("ls_results_write", self.handle, encode(path, "path"), replace)

    def write_record(self, path: PathLike, seconds_elapsed: float = 0.0, *, replace: bool = False) -> None:
        """Writes PATH.run.json, the audit record, beside the results file PATH that was written before."""
        with Call() as call:
            call.insist("ls_results_write_record", self.handle, encode(path, "path"), seconds_elapsed, replace)

    def report(self, path: PathLike, *, replace: bool = False) -> None:
        """Writes the self-contained HTML page."""
        with Call() as call:
            call.insist("ls_results_report", self.handle, encode(path, "path"), replace)

    def export(self, folder: PathLike, *, format: str = "csv", replace: bool = False) -> None:
        """Writes tables as CSV files (format "csv") or results.json ("json") into a new folder."""
        with Call() as call:
            call.insist("ls_results_export", self.handle, encode(format, "format"), encode(folder, "folder"), replace)

    def close(self) -> None:
        self._handle = None

    def __enter__(self) -> Results:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _kind(name: str, first: object) -> Any:
    """Amounts are doubles, whichever of them happen to be whole; None is NaN."""
    if isinstance(first, bool):
        return bool
    return np.int64 if name in ("default_count", "iterations", "assumption_draw") else np.float64


def _heading(told: Report) -> dict[str, Any]:
    """The plain values of the document; the settings as one text."""
    heading = {key: value for key, value in told.items() if isinstance(value, (str, int, float)) and not isinstance(value, bool)}
    return {**heading, "settings": json.dumps(told.get("settings", {}))}


def read_results(path: PathLike) -> Results:
    """Reads a results file or a part; InvalidInputError where it is damaged or does not agree with its digest."""
    pointer = ctypes.c_void_p()
    with Call() as call:
        call.insist("ls_results_read", encode(path, "path"), ctypes.byref(pointer))
        return Results(pointer, (), call.warnings)


def merge(parts: Sequence[Results], *, partial: bool = False) -> Results:
    """Adds parts of one run, in any order, to the results of a run in one go, bit for bit.

    partial: they need not be all; the sum is a part again. InvalidInputError: parts that are foreign, missing or in conflict.
    """
    pointer = ctypes.c_void_p()
    handles = (ctypes.c_void_p * max(1, len(parts)))(*(part.handle.value for part in parts))
    with Call() as call:
        call.insist("ls_results_merge_parts" if partial else "ls_results_merge", handles, len(parts), ctypes.byref(pointer))
        return Results(pointer, (), call.warnings)
