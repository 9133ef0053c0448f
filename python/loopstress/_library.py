"""libloopstress as ctypes sees it: where it is, its structures, the types of its functions.

Structures have the fields of include/loopstress.h in their order; tests/python compares sizes and offsets with the header.
"""
from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_bool, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint64, c_void_p
from pathlib import Path
from typing import Any

from ._version import VERSION

FORMAT_TEXT, FORMAT_JSON = 0, 1

PROGRESS = ctypes.CFUNCTYPE(None, c_int64, c_int64, c_void_p)


class ReadOptions(ctypes.Structure):
    _fields_ = [("sum_duplicates", c_bool), ("strict", c_bool)]


class ImportOptions(ctypes.Structure):
    _fields_ = [("reading", ReadOptions), ("kind", c_int), ("rows", c_int), ("entities", c_char_p), ("group", c_char_p),
                ("map", c_char_p)]


class CheckOptions(ctypes.Structure):
    _fields_ = [("reading", ReadOptions), ("draws", c_int), ("seed", c_uint64)]


class CircularityOptions(ctypes.Structure):
    _fields_ = [("basis", c_char_p), ("window", c_int32), ("rewirings", c_int64), ("draws", c_int64), ("seed", c_uint64)]


class ReconstructOptions(ctypes.Structure):
    _fields_ = [("method", c_char_p), ("seed", c_uint64), ("links", c_int64), ("ensemble", c_int64)]


class GenerateOptions(ctypes.Structure):
    _fields_ = [("kind", c_char_p), ("entities", c_int64), ("seed", c_uint64), ("degree", c_double),
                ("core_share", c_double), ("capital_ratio", c_double), ("interbank_share", c_double)]


class RunOptions(ctypes.Structure):
    _fields_ = [("model", c_char_p), ("settings", POINTER(c_char_p)), ("setting_count", c_int), ("scenarios", c_char_p),
                ("backend", c_char_p), ("engine", c_char_p), ("isa", c_char_p), ("threads", c_int), ("chunk", c_int64),
                ("has_seed", c_bool), ("seed", c_uint64), ("count", c_int64), ("shard_index", c_int),
                ("shard_count", c_int), ("assumption_draws", c_int), ("ensemble", c_int), ("keep_worst", c_int64),
                ("strict", c_bool), ("allow_missing_targets", c_bool), ("dry_run", c_bool), ("command", c_char_p),
                ("checkpoint", c_char_p), ("checkpoint_seconds", c_double), ("verify_sample", c_int64),
                ("replace_checkpoint", c_bool), ("team", c_void_p)]


class ReverseOptions(ctypes.Structure):
    _fields_ = [("target_loss", c_double), ("target_default", c_char_p), ("starts", c_int64), ("most", c_int),
                ("output", c_char_p), ("replace", c_bool)]


class WindowOptions(ctypes.Structure):
    _fields_ = [("degree", POINTER(c_double)), ("degree_count", c_int), ("entities", c_int64), ("networks", c_int64),
                ("seed", c_uint64), ("interbank_share", c_double), ("capital_ratio", c_double), ("threshold", c_double),
                ("tie_survives", c_bool)]


class IndicesOptions(ctypes.Structure):
    _fields_ = [("shapley", c_bool), ("permutations", c_int64)]


class VerifyOptions(ctypes.Structure):
    _fields_ = [("replay", c_int64), ("has_seed", c_bool), ("seed", c_uint64), ("backend", c_char_p),
                ("engine", c_char_p), ("isa", c_char_p), ("threads", c_int)]


class Array(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("dimension", c_char_p * 2), ("unit", c_char_p), ("meaning", c_char_p),
                ("type", c_int), ("rank", c_int), ("data", c_void_p), ("shape", c_int64 * 2), ("stride", c_int64 * 2)]


class Column(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("number", POINTER(c_double)), ("text", POINTER(c_char_p))]


class Table(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("rows", c_int64), ("column_count", c_int), ("column", POINTER(Column))]


class NetworkMetadata(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("currency", c_char_p), ("unit", c_char_p), ("as_of", c_char_p)]


# The name in loopstress.h of each structure.
STRUCTURES: dict[str, type[ctypes.Structure]] = {
    "ls_read_options": ReadOptions,
    "ls_import_options": ImportOptions,
    "ls_check_options": CheckOptions,
    "ls_circularity_options": CircularityOptions,
    "ls_reconstruct_options": ReconstructOptions,
    "ls_generate_options": GenerateOptions,
    "ls_run_options": RunOptions,
    "ls_reverse_options": ReverseOptions,
    "ls_window_options": WindowOptions,
    "ls_indices_options": IndicesOptions,
    "ls_verify_options": VerifyOptions,
    "ls_array": Array,
    "ls_column": Column,
    "ls_table": Table,
    "ls_network_metadata": NetworkMetadata,
}

_HANDLE, _OUT, _TEXT_OUT, _NAME = c_void_p, POINTER(c_void_p), POINTER(c_void_p), c_char_p
_RUN = POINTER(RunOptions)

# Result and arguments of every function that the package may call.
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "ls_version": (c_char_p, []),
    "ls_status_text": (c_char_p, [c_int]),
    "ls_context_create": (c_int, [_OUT]),
    "ls_context_destroy": (None, [_OUT]),
    "ls_context_message_count": (c_int, [_HANDLE]),
    "ls_context_message": (c_char_p, [_HANDLE, c_int]),
    "ls_context_warning_count": (c_int, [_HANDLE]),
    "ls_context_warning": (c_char_p, [_HANDLE, c_int]),
    "ls_context_set_progress": (None, [_HANDLE, PROGRESS, c_void_p]),
    "ls_context_request_stop": (None, [_HANDLE]),
    "ls_text_data": (c_void_p, [_HANDLE]),
    "ls_text_length": (c_size_t, [_HANDLE]),
    "ls_text_destroy": (None, [_OUT]),
    "ls_network_read": (c_int, [_HANDLE, _NAME, POINTER(ReadOptions), _OUT]),
    "ls_import_options_default": (ImportOptions, []),
    "ls_network_import": (c_int, [_HANDLE, _NAME, POINTER(ImportOptions), _OUT, _TEXT_OUT]),
    "ls_network_create": (c_int, [_HANDLE, POINTER(Table), c_int, POINTER(NetworkMetadata), POINTER(ReadOptions), _OUT]),
    "ls_network_write": (c_int, [_HANDLE, _HANDLE, _NAME, c_bool]),
    "ls_network_destroy": (None, [_OUT]),
    "ls_network_entity_count": (c_int32, [_HANDLE]),
    "ls_network_entity_id": (c_char_p, [_HANDLE, c_int32]),
    "ls_network_name": (c_char_p, [_HANDLE]),
    "ls_check": (c_int, [_HANDLE, _NAME, POINTER(CheckOptions), c_int, _TEXT_OUT]),
    "ls_file_info": (c_int, [_HANDLE, _NAME, c_int, _TEXT_OUT]),
    "ls_circularity_options_default": (CircularityOptions, []),
    "ls_circularity_report": (c_int, [_HANDLE, _NAME, POINTER(CircularityOptions), c_int, _TEXT_OUT]),
    "ls_coverage": (c_int, [_HANDLE, _NAME, c_int, _TEXT_OUT]),
    "ls_reconstruct_options_default": (ReconstructOptions, []),
    "ls_reconstruct": (c_int, [_HANDLE, _NAME, POINTER(ReconstructOptions), _NAME, c_bool, c_int, _TEXT_OUT]),
    "ls_generate_options_default": (GenerateOptions, []),
    "ls_generate": (c_int, [_HANDLE, POINTER(GenerateOptions), _NAME, c_bool, c_int, _TEXT_OUT]),
    "ls_run_options_default": (RunOptions, []),
    "ls_run": (c_int, [_HANDLE, _HANDLE, _RUN, _OUT]),
    "ls_run_matches": (c_int, [_HANDLE, _HANDLE, _RUN, _HANDLE, POINTER(c_bool)]),
    "ls_checkpoint_remove": (c_int, [_HANDLE, _NAME]),
    "ls_results_destroy": (None, [_OUT]),
    "ls_challenge": (c_int, [_HANDLE, _HANDLE, _RUN, c_int, _TEXT_OUT]),
    "ls_whatif": (c_int, [_HANDLE, _HANDLE, _NAME, _RUN, c_int, _TEXT_OUT]),
    "ls_reverse_options_default": (ReverseOptions, []),
    "ls_reverse": (c_int, [_HANDLE, _HANDLE, _RUN, POINTER(ReverseOptions), c_int, _TEXT_OUT]),
    "ls_window_options_default": (WindowOptions, []),
    "ls_window": (c_int, [_HANDLE, POINTER(WindowOptions), c_int, _TEXT_OUT]),
    "ls_indices_options_default": (IndicesOptions, []),
    "ls_indices": (c_int, [_HANDLE, _HANDLE, _RUN, POINTER(IndicesOptions), c_int, _TEXT_OUT]),
    "ls_results_digest": (c_char_p, [_HANDLE]),
    "ls_results_scenario_count": (c_int64, [_HANDLE]),
    "ls_results_system_loss_mean": (c_double, [_HANDLE]),
    "ls_results_describe": (c_int, [_HANDLE, _HANDLE, c_int, _TEXT_OUT]),
    "ls_results_write": (c_int, [_HANDLE, _HANDLE, _NAME, c_bool]),
    "ls_results_read": (c_int, [_HANDLE, _NAME, _OUT]),
    "ls_results_write_record": (c_int, [_HANDLE, _HANDLE, _NAME, c_double, c_bool]),
    "ls_results_merge": (c_int, [_HANDLE, POINTER(c_void_p), c_int, _OUT]),
    "ls_results_merge_parts": (c_int, [_HANDLE, POINTER(c_void_p), c_int, _OUT]),
    "ls_verify_options_default": (VerifyOptions, []),
    "ls_verify": (c_int, [_HANDLE, _NAME, POINTER(VerifyOptions), c_int, _TEXT_OUT]),
    "ls_results_compare": (c_int, [_HANDLE, _HANDLE, _HANDLE, c_int, _TEXT_OUT]),
    "ls_explain": (c_int, [_HANDLE, _HANDLE, _NAME, c_int, _TEXT_OUT]),
    "ls_results_array_count": (c_int, [_HANDLE]),
    "ls_results_array": (c_bool, [_HANDLE, c_int, POINTER(Array)]),
    "ls_results_export": (c_int, [_HANDLE, _HANDLE, _NAME, _NAME, c_bool]),
    "ls_results_report": (c_int, [_HANDLE, _HANDLE, _NAME, c_bool]),
    "ls_models_describe": (c_int, [_HANDLE, c_int, _TEXT_OUT]),
    "ls_doctor": (c_int, [_HANDLE, c_int, _TEXT_OUT]),
    "ls_backends_describe": (c_int, [_HANDLE, c_int, _TEXT_OUT]),
}


def _places() -> list[str]:
    """Where the library may be, best first: as named, beside this file (a wheel), in the source's build, as installed."""
    named = os.environ.get("LOOPSTRESS_LIBRARY", "")
    if named:
        return [named]
    here = Path(__file__).resolve().parent
    near = [here / "libloopstress.so", here.parent.parent / "build" / "libloopstress.so"]
    return [str(path) for path in near if path.exists()] + [f"libloopstress.so.{VERSION.split('.')[0]}"]


def _load() -> ctypes.CDLL:
    faults = []
    for place in _places():
        try:
            library = ctypes.CDLL(place)
        except OSError as fault:
            faults.append(str(fault))
            continue
        library.ls_version.restype = c_char_p
        found = library.ls_version().decode()
        if found != VERSION:
            raise ImportError(f"{place} is loopstress {found}, must be {VERSION} as this package is")
        return library
    raise ImportError("libloopstress.so is not there: build it (tools/build), or name it in LOOPSTRESS_LIBRARY; "
                      + "; ".join(faults))


LIBRARY = _load()


def has(name: str) -> bool:
    """Does this build of the library have the function?"""
    return hasattr(LIBRARY, name)


for _name, (_result, _arguments) in FUNCTIONS.items():
    if has(_name):
        _function = getattr(LIBRARY, _name)
        _function.restype, _function.argtypes = _result, _arguments
