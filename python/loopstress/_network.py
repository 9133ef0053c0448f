"""Networks: read from folders and files, imported from matrices, or made of columns in memory."""
from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

import numpy as np

from . import _library
from ._call import OK, Call, Handle, PathLike, encode, take_text
from ._library import LIBRARY
from .errors import UsageError

Columns = Mapping[str, Any]
_LARGEST_WHOLE = 2**53  # beyond it not every whole number is a double


class Network:
    """Who owes, owns, funds, supplies and buys from whom; checked when it was made, and not changed after.

    ids: the entities in their order, which is that of every array over entities. warnings: what looked odd in it. import_report:
    what an import read, dropped and added up. It may be used in a `with` statement, and else lives as long as it is referred to.
    """

    def __init__(self, pointer: ctypes.c_void_p, warnings: tuple[str, ...] = (), import_report: str = "") -> None:
        self._handle: Handle | None = Handle(pointer, LIBRARY.ls_network_destroy)
        self.warnings = warnings
        self.import_report = import_report

    @property
    def handle(self) -> ctypes.c_void_p:
        if self._handle is None:
            raise UsageError(["the network is closed, must be open"])
        return self._handle.pointer

    @property
    def name(self) -> str:
        text: bytes = LIBRARY.ls_network_name(self.handle)
        return text.decode()

    @property
    def ids(self) -> tuple[str, ...]:
        count = LIBRARY.ls_network_entity_count(self.handle)
        return tuple(LIBRARY.ls_network_entity_id(self.handle, k).decode() for k in range(count))

    def __len__(self) -> int:
        return int(LIBRARY.ls_network_entity_count(self.handle))

    def __repr__(self) -> str:
        return "<closed network>" if self._handle is None else f"<network '{self.name}' of {len(self)} entities>"

    def write(self, path: PathLike, *, replace: bool = False) -> None:
        """Writes a network file (HDF5). It appears under its name only when complete; OutputExistsError unless `replace`."""
        with Call() as call:
            call.insist("ls_network_write", self.handle, encode(path, "path"), replace)

    def close(self) -> None:
        self._handle = None

    def __enter__(self) -> Network:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def read_network(path: PathLike, *, sum_duplicates: bool = False, strict: bool = False) -> Network:
    """Reads a folder of CSV tables or a network file.

    sum_duplicates: links that stand twice are added up, in place of an error. strict: warnings are errors. InvalidInputError
    carries every fault, with file, line and rule; InputMissingError: there is no such path.
    """
    pointer, options = ctypes.c_void_p(), _library.ReadOptions(sum_duplicates, strict)
    with Call() as call:
        call.insist("ls_network_read", encode(path, "path"), ctypes.byref(options), ctypes.byref(pointer))
        return Network(pointer, call.warnings)


_KINDS = {"auto": 0, "folder": 1, "matrix": 2, "matrix-market": 3, "csr": 4, "mapped": 5}
_ROWS = {"debtor": 0, "creditor": 1}


def _choice(words: Mapping[str, int], word: str, what: str) -> int:
    if word not in words:
        raise UsageError([f"{what} is '{word}', must be one of {', '.join(words)}"])
    return words[word]


def import_network(path: PathLike, *, kind: str = "auto", rows: str = "debtor", entities: PathLike | None = None,
                   group: str | None = None, map: PathLike | None = None, sum_duplicates: bool = False,
                   strict: bool = False) -> Network:
    """Reads a network from a source of any kind (docs/importing.md); what was read stands in `import_report` of the network.

    kind: auto, folder, matrix, matrix-market, csr, mapped. rows: who the rows of a matrix are, debtor or creditor. entities: a
    CSV file with the columns of entities.csv beside a matrix. group: of a CSR matrix in HDF5, "/X". map: a map in YAML.
    """
    pointer, report = ctypes.c_void_p(), ctypes.c_void_p()
    options = LIBRARY.ls_import_options_default()
    options.reading = _library.ReadOptions(sum_duplicates, strict)
    options.kind, options.rows = _choice(_KINDS, kind, "kind"), _choice(_ROWS, rows, "rows")
    options.entities, options.group, options.map = encode(entities, "entities"), encode(group, "group"), encode(map, "map")
    try:
        with Call() as call:
            call.insist("ls_network_import", encode(path, "path"), ctypes.byref(options), ctypes.byref(pointer),
                        ctypes.byref(report))
            return Network(pointer, call.warnings, take_text(report) or "")
    finally:
        LIBRARY.ls_text_destroy(ctypes.byref(report))


# ---- tables in memory --------------------------------------------------------------------------------------------------


def _is_blank(value: object) -> bool:
    """None, NaN, and what data frames put where nothing is."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and math.isnan(value)


def _numbers(values: Any, what: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """As doubles; whole numbers that no double may be are refused, not rounded."""
    if values.dtype.kind in "iu" and bool(((values > _LARGEST_WHOLE) | (values < -_LARGEST_WHOLE)).any()):
        raise UsageError([f"{what} has whole numbers beyond 2^53, must be smaller, or texts"])
    return np.ascontiguousarray(values, dtype=np.float64)


def _texts(values: Iterable[object], what: str) -> list[bytes]:
    texts = []
    for row, value in enumerate(values):
        if not _is_blank(value) and not isinstance(value, (str, np.datetime64, int, float, np.number)):
            raise UsageError([f"{what} has {value!r} of type {type(value).__name__} in row {row}, must be text or number"])
        encoded = b"" if _is_blank(value) else str(value).encode(errors="surrogateescape")
        if b"\0" in encoded:
            raise UsageError([f"{what} has a NUL character in row {row}, must not"])
        texts.append(encoded)
    return texts


class _Columns:
    """The columns of one table as the library takes them, with the memory that they lie in."""

    def __init__(self, name: str, columns: Columns) -> None:
        if not hasattr(columns, "keys"):
            raise UsageError([f"table '{name}' is a {type(columns).__name__}, must map names of columns to columns"])
        names = [str(key) for key in columns.keys()]
        self.rows = -1
        self._kept: list[Any] = []
        self.columns = (_library.Column * max(1, len(names)))()
        for place, key in enumerate(columns.keys()):
            self._take(self.columns[place], f"column '{key}' of table '{name}'", str(key), columns[key])
        self.table = _library.Table(encode(name, "name of a table"), max(0, self.rows), len(names), self.columns)

    def _take(self, column: Any, what: str, name: str, given: Any) -> None:
        try:
            values: Any = given.astype(np.float64).filled(np.nan) if hasattr(given, "filled") else np.asarray(given)
        except ValueError as fault:
            raise UsageError([f"{what} is no list of numbers or texts: {fault}"]) from fault
        if values.ndim != 1:
            raise UsageError([f"{what} has {values.ndim} dimensions, must have 1"])
        if self.rows not in (-1, len(values)):
            raise UsageError([f"{what} has {len(values)} rows, must have {self.rows} as the columns before it"])
        self.rows = len(values)
        column.name = encode(name, "name of a column")
        if values.dtype.kind == "M":
            values = np.datetime_as_string(values, unit="D").astype(object)
            values[values == "NaT"] = None
        if values.dtype.kind == "O" and len(values) and all(
                _is_blank(value) or isinstance(value, (int, float, np.number)) for value in values):
            values = np.array([np.nan if _is_blank(value) else value for value in values], dtype=np.float64)
        if values.dtype.kind in "fiub":
            self._take_numbers(column, _numbers(values, what))
        else:
            self._take_texts(column, _texts(values.tolist() if values.dtype.kind in "US" else values, what))

    def _take_numbers(self, column: Any, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        if not len(numbers):
            numbers = np.zeros(1)  # a column without rows is a column of numbers all the same
        self._kept.append(numbers)
        column.number = numbers.ctypes.data_as(ctypes.POINTER(ctypes.c_double))

    def _take_texts(self, column: Any, texts: list[bytes]) -> None:
        array = (ctypes.c_char_p * max(1, len(texts)))(*texts)
        self._kept.append(array)
        column.text = ctypes.cast(array, ctypes.POINTER(ctypes.c_char_p))


def network(tables: Mapping[str, Columns], *, name: str | None = None, currency: str | None = None,
            unit: str | None = None, as_of: str | None = None, sum_duplicates: bool = False,
            strict: bool = False) -> Network:
    """Makes a network of tables in memory, under the checks of a folder.

    tables: for each table its columns, as arrays [rows] or as a data frame; names are those of the files without .csv and of
    their columns (docs/file-formats.md): {"entities": {"id": ["a", "b"], "external_assets": [10, 8]}, "liabilities": {...}}.
    Numbers are taken as they are; NaN and None are blank. Two tables stand for what a folder says in YAML: "loop", one row with
    columns named as the keys of loop.yaml, and "unmodelled", whose column id lists deals that no mechanism takes up.
    name, currency, unit, as_of (a date, 2026-04-30): as in network.yaml.
    InvalidInputError names tables as their files, and rows as lines, the first of which is line 2.
    """
    prepared = [_Columns(str(key), tables[key]) for key in tables.keys()]
    array = (_library.Table * max(1, len(prepared)))(*(columns.table for columns in prepared))
    metadata = _library.NetworkMetadata(encode(name, "name"), encode(currency, "currency"), encode(unit, "unit"),
                                        encode(as_of, "as_of"))
    options, pointer = _library.ReadOptions(sum_duplicates, strict), ctypes.c_void_p()
    with Call() as call:
        status = call.status("ls_network_create", array, len(prepared), ctypes.byref(metadata), ctypes.byref(options),
                             ctypes.byref(pointer))
        if status != OK:
            raise call.error(status)
        return Network(pointer, call.warnings)


def network_of_matrix(liabilities: Any, entities: Columns, **how: Any) -> Network:
    """Makes a network of a square matrix: cell [i, j] is what entity i owes to entity j, in currency units, 0 or more.

    entities: the columns of entities.csv, `id` among them, in the matrix's order. Further arguments are those of network().
    """
    matrix = np.asarray(liabilities, dtype=np.float64)
    ids = np.asarray(entities["id"])
    if matrix.shape != (len(ids), len(ids)):
        raise UsageError([f"the matrix has shape {matrix.shape}, must have {len(ids)} rows and columns as there are entities"])
    debtor, creditor = np.nonzero(matrix)
    links = {"debtor": ids[debtor], "creditor": ids[creditor], "amount": matrix[debtor, creditor]}
    return network({"entities": entities, "liabilities": links}, **how)
