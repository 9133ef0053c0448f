"""The Python package against the built library: the command line's digests and documents, errors, tables in memory, Ctrl-C, a wheel."""
import csv
import ctypes
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))
import harness
from harness import SOURCE, Skip, answer, banks, draws, expect, write

PACKAGE = os.path.join(SOURCE, "python")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(SOURCE, "build"))
LIBRARY = os.path.join(BUILD, "libloopstress.so")
os.environ["LOOPSTRESS_LIBRARY"] = LIBRARY
sys.path.insert(0, PACKAGE)

with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
    if any(line.startswith("LS_SANITIZE:") and line.split("=", 1)[1].strip() for line in cache):
        print("SKIP binding: a library with sanitizers in it cannot be loaded into Python")
        print("0 passed, 0 failed, 1 skipped")
        sys.exit(77)

import numpy as np

import loopstress
from loopstress import _library

THREE_BANKS = os.path.join(SOURCE, "examples", "three-banks")
LEDGER = os.path.join(SOURCE, "datasets", "ai-loop", "2026-04")
SCENARIOS = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios")


def refused(exception, call, *arguments, **how):
    """The exception that a call must raise."""
    try:
        call(*arguments, **how)
    except exception as fault:
        return fault
    raise AssertionError(f"{exception.__name__} was expected")


def python(script, *arguments, **how):
    """Runs a script in a Python of its own; .returncode, .stdout, .stderr."""
    environment = dict(os.environ, PYTHONPATH=PACKAGE, PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run([sys.executable, "-c", textwrap.dedent(script), *arguments], capture_output=True, text=True,
                          env=environment, timeout=harness.LONGEST, **how)


# ---- the library ---------------------------------------------------------------------------------------------------------


def test_structures_lie_as_the_header_says(folder):
    """A C program prints the size of each structure and the offset of each field."""
    lines = []
    for name, structure in _library.STRUCTURES.items():
        lines.append(f'printf("{name} %zu", sizeof({name}));')
        lines += [f'printf(" %zu", offsetof({name}, {field[0]}));' for field in structure._fields_]
        lines.append('printf("\\n");')
    source = write(os.path.join(folder, "layout.c"), "#include <loopstress.h>\n#include <stdio.h>\nint main(void) {\n"
                   + "\n".join(lines) + "\nreturn 0;\n}\n")
    program = os.path.join(folder, "layout")
    subprocess.run(["cc", f"-I{SOURCE}/include", source, "-o", program], check=True)
    told = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(told) == len(_library.STRUCTURES) > 10
    for line in told:
        name, *numbers = line.split()
        structure = _library.STRUCTURES[name]
        ours = [ctypes.sizeof(structure)] + [getattr(structure, field[0]).offset for field in structure._fields_]
        assert [int(number) for number in numbers] == ours, (line, ours)


def test_the_header_has_every_function_and_the_package_its_version():
    with open(os.path.join(SOURCE, "include", "loopstress.h"), encoding="utf-8") as file:
        header = file.read()
    missing = [name for name in _library.FUNCTIONS if f"{name}(" not in header]
    assert not missing, missing
    assert loopstress.__version__ == expect(0, "version").stdout.split()[1]
    assert os.path.samefile(loopstress.library_path(), LIBRARY)


def test_reports_that_the_library_lacks_are_no_names_of_the_package():
    for name, symbol in (("whatif", "ls_whatif"), ("reverse", "ls_reverse"), ("explain", "ls_explain")):
        assert hasattr(loopstress, name) == (name in loopstress.__all__) == _library.has(symbol), name
    assert "circularity" in loopstress.__all__ and callable(loopstress.circularity)


# ---- runs ----------------------------------------------------------------------------------------------------------------


def test_a_run_has_the_digest_and_the_document_of_the_command_line(folder):
    path, scenarios = banks(folder), draws(folder, 5000, "keep: {worst: 2}")
    told = answer("run", path, "--model", "rogers-veraart", "--set", "alpha=0.75", "--set", "beta=0.5", "--scenarios", scenarios)
    with loopstress.read_network(path) as network:
        results = loopstress.run(network, "rogers-veraart", scenarios=scenarios, settings={"alpha": 0.75, "beta": 0.5})
    assert results.digest == told["digest"]
    assert results.scenario_count == 5000
    assert results.mean == told["system"]["loss_mean"]
    assert results.describe() == told
    assert "Most likely to default" in results.summary()
    assert results.digest in repr(results)


def test_options_reach_the_run(folder):
    path, scenarios = banks(folder), draws(folder, 5000)
    network = loopstress.read_network(path)
    first = loopstress.run(network, "eisenberg-noe", scenarios=scenarios)
    again = loopstress.run(network, "eisenberg-noe", scenarios=scenarios, threads=3, chunk=64, isa="baseline", engine="sweep",
                           backend="cpu")
    assert again.digest == first.digest
    other = loopstress.run(network, "eisenberg-noe", scenarios=scenarios, seed=2**63 + 5, count=300, keep_worst=4)
    told = answer("run", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--seed", 2**63 + 5, "--count", 300,
                  "--keep", "worst:4")
    assert other.digest == told["digest"] != first.digest
    assert len(other.kept().scenario) == 4
    assert loopstress.matches(network, "eisenberg-noe", first, scenarios=scenarios)
    assert not loopstress.matches(network, "eisenberg-noe", other, scenarios=scenarios)
    lines = loopstress.plan(network, "eisenberg-noe", scenarios=scenarios)
    assert any("5000" in line for line in lines), lines
    assert "strict" in loopstress.RunOptions.__annotations__


def test_arrays_are_the_numbers_of_the_document(folder):
    path, scenarios = banks(folder), draws(folder, 5000)
    told = answer("run", path, "--model", "eisenberg-noe", "--scenarios", scenarios)
    arrays = loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=scenarios).arrays()
    keys = {"default_probability": "default_probability", "forced_probability": "forced_probability",
            "distress_probability": "distress_probability", "loss_mean": "loss_mean", "loss_mean_stderr": "loss_mean_se",
            "loss_std": "loss_sd", "loss_peak_mean": "loss_peak_mean", "es_contribution": "es_contribution",
            "loss_at_zero": "loss_at_zero", "baseline_value": "baseline_value"}
    for name, key in keys.items():
        assert arrays[name].tolist() == [entity[key] for entity in told["entities"]], name
    assert arrays["default_probability_low"].tolist() == [entity["default_probability_ci95"][0] for entity in told["entities"]]
    assert arrays["default_probability_high"].tolist() == [entity["default_probability_ci95"][1] for entity in told["entities"]]
    assert arrays["loss_quantile"].tolist() == [list(entity["loss_quantile"].values()) for entity in told["entities"]]
    assert arrays["loss_gross"].shape == (5000,) and arrays["loss_gross"].max() == told["system"]["loss_max"]
    assert arrays["default_count"].dtype == np.int32 and arrays["default_count"].mean() == told["system"]["default_count_mean"]
    assert (arrays["status"] == 1).all()
    refused(ValueError, arrays["loss_mean"].__setitem__, 0, 1.0)


def test_arrays_outlive_the_results(folder):
    path, scenarios = banks(folder), draws(folder, 5000)
    results = loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=scenarios)
    losses = results.arrays()["loss_gross"]
    before = losses.tolist()
    results.close()
    del results
    gc.collect()
    other = [loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=scenarios, seed=k) for k in range(3)]
    assert losses.tolist() == before and other[0].digest != other[1].digest


def test_what_is_closed_is_refused(folder):
    network = loopstress.read_network(banks(folder))
    results = loopstress.run(network, "eisenberg-noe")
    network.close()
    results.close()
    for call in (lambda: network.ids, lambda: results.digest, results.arrays, lambda: loopstress.run(network, "eisenberg-noe")):
        assert "is closed" in str(refused(loopstress.UsageError, call)) or "are closed" in str(refused(loopstress.UsageError, call))
    assert "closed" in repr(network) and "closed" in repr(results)


def test_datasets_have_labels_and_units(folder):
    path = banks(folder)
    write(os.path.join(path, "network.yaml"), "currency: EUR\nunit: mn\n")
    shocks = write(os.path.join(folder, "shocks.csv"), "scenario,target,variable,value\nbad,a,external_assets_loss,0.5\n"
                   "worse,*,external_assets_loss,0.7\n")
    table = loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=shocks).to_xarray()
    assert list(table.entity.values) == ["a", "b", "c"]
    assert list(table.scenario.values) == ["bad", "worse"]
    assert list(table["quantile"].values) == [0.95, 0.99, 0.999]
    assert "external assets" in table.line.values
    assert table.loss_gross.attrs["units"] == "EUR mn" and table.default_probability.attrs["units"] == "1"
    assert "defaults" in table.default_probability.attrs["long_name"]
    assert table.attrs["model"] == "eisenberg-noe" and json.loads(table.attrs["settings"])["loss"] == "gross"
    told = answer("run", path, "--model", "eisenberg-noe", "--scenarios", shocks)
    kept = loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=shocks).kept()
    for scenario in told["scenarios"]:
        assert float(table.loss_gross.sel(scenario=scenario["id"])) == scenario["loss_gross"]
        for entity in scenario["entities"]:
            at = kept.sel(scenario=scenario["id"], entity=entity["id"])
            assert float(at.payment) == entity["payment"] and bool(at.default) == entity["default"]


def test_a_dataset_of_the_loop_model_goes_by_quarter():
    results = loopstress.run(loopstress.read_network(LEDGER), "loop", scenarios=os.path.join(SCENARIOS, "money-stops.csv"))
    table, told = results.to_xarray(), results.describe()
    assert table.default_probability_by_quarter.dims == ("quarter", "entity")
    for entity in told["entities"]:
        mine = table.sel(entity=entity["id"])
        assert mine.default_probability_by_quarter.values.tolist() == entity["default_probability_by_quarter"]
        for name, measure in entity["measures"].items():
            assert float(mine[name]) == measure["mean"], name
    assert table.loss_mean.attrs["units"] == "USD bn"


# ---- tables in memory ------------------------------------------------------------------------------------------------------

ENTITIES = {"id": np.array(["a", "b", "c"]), "sector": ["x", "x", "y"], "external_assets": np.array([100, 50, 80]),
            "external_liabilities": np.array([60.0, 40.0, 50.0])}
LIABILITIES = {"debtor": np.array(["a", "b", "c"]), "creditor": ["b", "c", "a"], "amount": np.array([20.0, 30.0, 10.0])}


def test_arrays_make_the_network_of_the_folder(folder):
    path, scenarios = banks(folder), draws(folder, 5000)
    digest = answer("run", path, "--model", "eisenberg-noe", "--scenarios", scenarios)["digest"]
    network = loopstress.network({"entities": ENTITIES, "liabilities": LIABILITIES}, name="three", currency="EUR", unit="bn",
                                 as_of="2026-04")
    assert network.name == "three" and network.ids == ("a", "b", "c") and len(network) == 3
    results = loopstress.run(network, "eisenberg-noe", scenarios=scenarios)
    assert results.digest == digest
    assert results.to_xarray().loss_mean.attrs["units"] == "EUR bn"
    matrix = np.array([[0, 20, 0], [0, 0, 30], [10, 0, 0]])
    of_matrix = loopstress.network_of_matrix(matrix, ENTITIES)
    assert loopstress.run(of_matrix, "eisenberg-noe", scenarios=scenarios).digest == digest
    assert "shape (2, 3)" in str(refused(loopstress.UsageError, loopstress.network_of_matrix, matrix[:2], ENTITIES))


def test_data_frames_make_networks_too(folder):
    try:
        import pandas
    except ImportError:
        raise Skip("no pandas")
    path, scenarios = banks(folder), draws(folder, 5000)
    frames = {name: pandas.read_csv(os.path.join(path, f"{name}.csv")) for name in ("entities", "liabilities")}
    frames["entities"]["rating"] = ["AA", None, "B"]
    frames["entities"]["founded"] = pandas.to_datetime(["1901-02-03", None, "2001-01-01"])
    frames["entities"]["score"] = pandas.array([1, None, 3], dtype="Int64")
    digest = loopstress.run(loopstress.network(frames), "eisenberg-noe", scenarios=scenarios).digest
    assert digest == loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=scenarios).digest


def test_a_ledger_makes_the_network_of_its_folder():
    def column(cells):
        try:
            return np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            return cells

    tables = {}
    for file in os.listdir(LEDGER):
        if not file.endswith(".csv"):
            continue
        with open(os.path.join(LEDGER, file), encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
        tables[file[:-4]] = {name: column([row[name] for row in rows]) for name in rows[0]}
    with open(os.path.join(LEDGER, "network.yaml"), encoding="utf-8") as text:
        listed = text.read().split("\nunmodelled:")[1].splitlines()
    tables["unmodelled"] = {"id": [line.split("#")[0].strip(" -") for line in listed if line.startswith("  - ")]}
    tables["loop"] = {"inputs": ["planned"], "distress_reference": ["peak"]}
    shocks = os.path.join(SCENARIOS, "money-stops.csv")
    made = loopstress.run(loopstress.network(tables, as_of="2026-04-30"), "loop", scenarios=shocks)
    assert made.digest == answer("run", LEDGER, "--model", "loop", "--scenarios", shocks)["digest"]


def test_faults_of_tables_name_table_line_and_rule():
    amount = np.array([20.0, -3.5, np.inf])
    fault = refused(loopstress.InvalidInputError, loopstress.network,
                    {"entities": ENTITIES, "liabilities": dict(LIABILITIES, amount=amount)})
    assert len(fault.messages) == 2, fault.messages
    assert fault.messages[0].startswith("liabilities.csv:4: amount from 'c' to 'a' is 'inf', must be"), fault
    assert fault.messages[1].startswith("liabilities.csv:3: amount from 'b' to 'c' is -3.5, must be >= 0"), fault
    assert isinstance(fault, ValueError) and fault.exit_code == 65 and str(fault).count("\n") == 1
    for tables, words in (
            ({"entitys": ENTITIES}, "table 'entitys' is unknown, did you mean 'entities'?"),
            ({"entities": dict(ENTITIES, cash=[1, 2])}, "column 'cash' of table 'entities' has 2 rows, must have 3"),
            ({"entities": dict(ENTITIES, cash=np.ones((3, 1)))}, "has 2 dimensions, must have 1"),
            ({"entities": dict(ENTITIES, name=["x", "y\0y", "z"])}, "has a NUL character in row 1"),
            ({"entities": dict(ENTITIES, name=["x", object(), "z"])}, "of type object in row 1, must be text or number"),
            ({"entities": dict(ENTITIES, name=["x", ["y"], "z"])}, "column 'name' of table 'entities' is no list of"),
            ({"entities": dict(ENTITIES, cash=np.array([1, 2**53 + 1, 3]))}, "has whole numbers beyond 2^53, must be"),
            ({"entities": [1, 2]}, "table 'entities' is a list, must map")):
        assert words in str(refused(loopstress.UsageError, loopstress.network, tables)), words


def test_blanks_are_blank_however_they_are_written():
    masked = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
    for equity in (masked, [1.0, None, 3.0], np.array([1.0, np.nan, 3.0]), np.array([1, None, 3], dtype=object)):
        fault = refused(loopstress.InvalidInputError, loopstress.network, {"entities": dict(ENTITIES, cash=equity)})
        assert fault.messages == ("entities.csv:3: cash of 'b' is blank, must be a number",), fault
    assert len(loopstress.network({"entities": dict(ENTITIES, note=["x", None, float("nan")])})) == 3
    empty = {"debtor": [], "creditor": [], "amount": []}
    assert len(loopstress.network({"entities": ENTITIES, "liabilities": empty})) == 3


# ---- errors, progress, interruption -----------------------------------------------------------------------------------------


def test_statuses_are_exceptions_of_their_kind(folder):
    path = banks(folder)
    network = loopstress.read_network(path)
    assert isinstance(refused(loopstress.InputMissingError, loopstress.read_network, folder + "/nowhere"), FileNotFoundError)
    assert "did you mean 'eisenberg-noe'" in str(refused(loopstress.UsageError, loopstress.run, network, "eisenberg-no"))
    assert "option 'thread' is unknown" in str(refused(loopstress.UsageError, loopstress.run, network, "debtrank", thread=1))
    assert "must be a whole number" in str(refused(loopstress.UsageError, loopstress.run, network, "debtrank", count=2**63))
    assert "seed is -1" in str(refused(loopstress.UsageError, loopstress.run, network, "debtrank", seed=-1))
    assert refused(loopstress.UnusableError, loopstress.run, network, "fire-sale").exit_code == 78
    invalid = refused(loopstress.InvalidInputError, loopstress.read_network, os.path.join(SOURCE, "datasets/invalid/amount_negative"))
    assert "liabilities.csv:3: amount from 'B' to 'C' is -3.5, must be >= 0" in invalid.messages
    file = os.path.join(folder, "n.h5")
    network.write(file)
    assert isinstance(refused(loopstress.OutputExistsError, network.write, file), FileExistsError)
    network.write(file, replace=True)
    assert loopstress.read_network(file).ids == network.ids
    assert "NUL" in str(refused(loopstress.UsageError, loopstress.read_network, "a\0b"))
    assert loopstress.errors.BY_STATUS.keys() == set(range(1, 15))
    numbers = {kind.status: kind.exit_code for kind in loopstress.errors.BY_STATUS.values()}
    assert all(_library.LIBRARY.ls_status_exit_code(status) == code for status, code in numbers.items())


def test_a_scenario_that_does_not_converge_is_an_error_where_asked_for():
    network = loopstress.read_network(os.path.join(SOURCE, "datasets", "telecom-2000"))
    results = loopstress.run(network, "loop", settings={"max_iterations": 1})
    assert results.describe()["not_converged"] == 1
    fault = refused(loopstress.NotConvergedError, loopstress.run, network, "loop", settings={"max_iterations": 1}, strict=True)
    assert fault.report.digest == results.digest and fault.exit_code == 2


def test_progress_is_told_and_its_exceptions_pass(folder):
    path, scenarios, seen = banks(folder), draws(folder, 200000), []
    network = loopstress.read_network(path)
    loopstress.run(network, "eisenberg-noe", scenarios=scenarios, progress=lambda done, count: seen.append((done, count)))
    assert seen and all(0 <= done <= count for done, count in seen), seen[-3:]

    def complain(done, count):
        raise RuntimeError("enough")

    assert str(refused(RuntimeError, loopstress.run, network, "eisenberg-noe", scenarios=scenarios, progress=complain)) == "enough"


INTERRUPTED = """
    import os, signal, sys, threading, time
    import loopstress
    folder, count = sys.argv[1], int(sys.argv[2])
    network = loopstress.read_network(folder + "/banks")
    how = dict(scenarios=folder + "/draws.yaml", count=count, checkpoint=folder + "/run.partial", threads=2)
    pressed = threading.Event()
    def progress(done, count):
        if done > 0 and not pressed.is_set():
            pressed.set()
            os.kill(os.getpid(), signal.SIGINT)
    began = time.monotonic()
    try:
        loopstress.run(network, "eisenberg-noe", progress=progress, **how)
    except KeyboardInterrupt:
        print("stopped", pressed.is_set(), time.monotonic() - began < 60, os.path.exists(folder + "/run.partial"))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    print(loopstress.run(network, "eisenberg-noe", **dict(how, count=8192, checkpoint=None)).digest)
    print(loopstress.info(folder + "/run.partial")["kind"])
    loopstress.remove_checkpoint(folder + "/run.partial")
    print(os.path.exists(folder + "/run.partial"))
"""


def test_ctrl_c_ends_a_run_in_good_order(folder):
    banks(folder)
    draws(folder, 8192)
    digest = answer("run", folder + "/banks", "--model", "eisenberg-noe", "--scenarios", folder + "/draws.yaml")["digest"]
    done = python(INTERRUPTED, folder, str(10**9))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["stopped True True True", digest, "checkpoint", "False"], done.stdout + done.stderr
    assert done.stderr == ""


def test_signal_handlers_of_the_caller_stay(folder):
    network, scenarios, seen = loopstress.read_network(banks(folder)), draws(folder, 4096), []

    def handler(number, frame):
        seen.append(number)
        raise InterruptedError("mine")

    before = signal.signal(signal.SIGINT, handler)
    try:
        fault = refused(InterruptedError, loopstress.run, network, "eisenberg-noe", scenarios=scenarios, count=10**9,
                        progress=lambda done, count: seen or os.kill(os.getpid(), signal.SIGINT))
        assert str(fault) == "mine" and signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_runs_work_in_other_threads(folder):
    path, scenarios, digests = banks(folder), draws(folder, 5000), []

    def work():
        digests.append(loopstress.run(loopstress.read_network(path), "eisenberg-noe", scenarios=scenarios).digest)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 4 and len(set(digests)) == 1


def test_nothing_is_printed_and_warnings_are_kept(folder):
    path = banks(folder)
    write(os.path.join(path, "entities.csv"), "id,external_assets,external_liabilities\na,1,60\nb,50,40\nc,80,50\n")
    done = python("""
        import sys, loopstress
        network = loopstress.read_network(sys.argv[1])
        assert any("equity" in warning for warning in network.warnings), network.warnings
        loopstress.run(network, "eisenberg-noe").summary()
        report = loopstress.check(sys.argv[1])
        assert report["valid"] and report["warnings"]
        for call in (lambda: loopstress.read_network("nowhere"), lambda: loopstress.run(network, "nothing")):
            try:
                call()
            except loopstress.LoopstressError:
                pass
    """, path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


# ---- files and reports -------------------------------------------------------------------------------------------------------


def test_files_are_those_of_the_command_line(folder):
    path, scenarios = banks(folder), draws(folder, 10000)
    network, file = loopstress.read_network(path), os.path.join(folder, "r.h5")
    results = loopstress.run(network, "eisenberg-noe", scenarios=scenarios)
    results.write(file)
    results.write_record(file, 1.5)
    results.report(os.path.join(folder, "r.html"))
    results.export(os.path.join(folder, "tables"))
    expect(0, "run", path, "--model", "eisenberg-noe", "--quiet", "--scenarios", scenarios, "-o", folder + "/c.h5")
    with open(file, "rb") as mine, open(folder + "/c.h5", "rb") as theirs:
        assert mine.read() == theirs.read()
    assert os.path.exists(os.path.join(folder, "tables", "entities.csv"))
    with open(os.path.join(folder, "r.html"), encoding="utf-8") as page:
        assert results.digest in page.read()
    read = loopstress.read_results(file)
    assert read.digest == results.digest and (read.arrays()["loss_gross"] == results.arrays()["loss_gross"]).all()
    assert list(read.to_xarray().entity.values) == ["a", "b", "c"]
    checked = loopstress.verify(file, replay=1, seed=3)
    assert checked["valid"] and checked["record"]["bytes_equal"] and checked["replay"]["blocks"] == 1
    assert loopstress.info(file)["digest"] == results.digest
    other = loopstress.run(network, "eisenberg-noe", scenarios=scenarios, settings={"external": "senior"})
    compared = loopstress.compare(results, other)
    assert not compared["equal"] and compared["digest_b"] == other.digest
    assert loopstress.compare(results, read)["equal"]


def test_parts_merge_to_the_whole(folder):
    network, scenarios = loopstress.read_network(banks(folder)), draws(folder, 12000)
    whole = loopstress.run(network, "eisenberg-noe", scenarios=scenarios)
    parts = [loopstress.run(network, "eisenberg-noe", scenarios=scenarios, shard=(k, 3)) for k in range(3)]
    assert "loss_mean" not in parts[1].arrays() and np.isnan(parts[1].mean)
    table = parts[1].to_xarray()
    assert "scenario" not in table.coords and table.sizes["scenario"] == 4096
    joined = loopstress.merge([parts[2], parts[0]][:1] + [parts[1]], partial=True)
    assert loopstress.merge([joined, parts[0]]).digest == whole.digest
    assert "scenarios" in str(refused(loopstress.InvalidInputError, loopstress.merge, parts[:2]))
    assert refused(loopstress.UsageError, loopstress.run, network, "eisenberg-noe", scenarios=scenarios, shard=(3, 3))


def test_reports_are_those_of_the_command_line(folder):
    path, scenarios = banks(folder), draws(folder, 4096)
    network = loopstress.read_network(path)
    assert loopstress.check(path) == answer("check", path)
    bad = loopstress.check(os.path.join(SOURCE, "datasets/invalid/amount_negative"))
    assert not bad["valid"] and bad["errors"][0]["line"] == 3
    assert loopstress.circularity(LEDGER, rewirings=10) == answer("circularity", LEDGER, "--rewirings", 10)
    assert loopstress.coverage(LEDGER) == answer("coverage", LEDGER)
    told = loopstress.indices(network, "eisenberg-noe", scenarios=scenarios)
    assert told == answer("indices", path, "--model", "eisenberg-noe", "--scenarios", scenarios)
    shapley = loopstress.indices(network, "eisenberg-noe", scenarios=scenarios, shapley=True, permutations=8)
    assert shapley == answer("indices", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--shapley", "--permutations", 8)
    assert loopstress.models() == answer("models")
    assert loopstress.backends() == answer("backends")
    assert {model["name"] for model in loopstress.models()} >= {"loop", "eisenberg-noe"}
    window = loopstress.window(degree=[2, 4], entities=50, networks=5, seed=3)
    assert window == answer("window", "--degrees", "2,4", "--entities", 50, "--networks", 5, "--seed", 3)


def test_the_challenger_table_is_that_of_the_command_line():
    monte_carlo = os.path.join(SCENARIOS, "monte-carlo.yaml")
    told = loopstress.challenge(loopstress.read_network(LEDGER), scenarios=monte_carlo, count=64)
    assert told == answer("challenge", LEDGER, "--model", "loop", "--scenarios", monte_carlo, "--count", 64)


def test_networks_are_made_and_imported(folder):
    made = os.path.join(folder, "made")
    loopstress.generate(made, kind="erdos-renyi", entities=20, seed=4, degree=3)
    assert len(loopstress.read_network(made)) == 20
    matrix = write(os.path.join(folder, "m.csv"), ",a,b\na,0,1.5\nb,0,0\n")
    network = loopstress.import_network(matrix)
    assert network.ids == ("a", "b") and "1 links" in network.import_report
    assert "kind is 'marix'" in str(refused(loopstress.UsageError, loopstress.import_network, matrix, kind="marix"))
    margins = write(os.path.join(folder, "margins.csv"), "id,assets,liabilities\na,3,1\nb,1,2\nc,2,3\n")
    loopstress.reconstruct(margins, os.path.join(folder, "guessed"), method="ras")
    assert loopstress.read_network(os.path.join(folder, "guessed")).ids == ("a", "b", "c")


def test_a_scenario_is_explained_as_the_command_line_does(folder):
    if "explain" not in loopstress.__all__:
        raise Skip("the library has no ls_explain")
    scenarios, file = os.path.join(THREE_BANKS, "shocks.csv"), os.path.join(folder, "r.h5")
    results = loopstress.run(loopstress.read_network(THREE_BANKS), "eisenberg-noe", scenarios=scenarios)
    results.write(file)
    told = loopstress.explain(results, "alder-loses-all")
    assert told == answer("explain", file, "--scenario", "alder-loses-all")
    assert "'nothing'" in str(refused(loopstress.UsageError, loopstress.explain, results, "nothing"))


def test_the_smallest_shocks_are_those_of_the_command_line(folder):
    if "reverse" not in loopstress.__all__:
        raise Skip("the library has no ls_reverse")
    network, output = loopstress.read_network(THREE_BANKS), os.path.join(folder, "found.csv")
    told = loopstress.reverse(network, "eisenberg-noe", target_default="birch", starts=2, most=1, seed=1, output=output)
    theirs = answer("reverse", THREE_BANKS, "--model", "eisenberg-noe", "--target-default", "birch", "--starts", 2, "--most", 1,
                    "--seed", 1)
    assert told == theirs
    assert loopstress.run(network, "eisenberg-noe", scenarios=output).arrays()["default_count"].min() >= 1
    loss = loopstress.reverse(network, "eisenberg-noe", target_loss=5.0, starts=2, seed=1)
    assert loss == answer("reverse", THREE_BANKS, "--model", "eisenberg-noe", "--target-loss", 5, "--starts", 2, "--seed", 1)
    refused(loopstress.UsageError, loopstress.reverse, network, "eisenberg-noe")
    refused(loopstress.UsageError, loopstress.reverse, network, "eisenberg-noe", target_loss=5.0, target_default="birch")


def test_edited_networks_are_those_of_the_command_line(folder):
    if "whatif" not in loopstress.__all__:
        raise Skip("the library has no ls_whatif")
    edits, scenarios = os.path.join(SOURCE, "datasets/ai-loop/edits/november-deal.yaml"), os.path.join(SCENARIOS, "monte-carlo.yaml")
    vintage = os.path.join(SOURCE, "datasets/ai-loop/2026-08")
    told = loopstress.whatif(loopstress.read_network(vintage), edits, "loop", scenarios=scenarios, count=4096)
    assert told == answer("whatif", vintage, "--edits", edits, "--model", "loop", "--scenarios", scenarios, "--count", 4096)
    wrong = write(os.path.join(folder, "e.yaml"), "cases: 5\n")
    fault = refused(loopstress.InvalidInputError, loopstress.whatif, loopstress.read_network(vintage), wrong, "loop")
    assert "e.yaml:1" in str(fault), fault


# ---- the package --------------------------------------------------------------------------------------------------------------


def test_a_wheel_carries_the_library_and_works_from_a_fresh_folder(folder):
    try:
        import setuptools
        import wheel
    except ImportError as missing:
        raise Skip(f"no {missing.name}")
    copy, target = os.path.join(folder, "python"), os.path.join(folder, "site")
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    build = "import sys, setuptools.build_meta as backend; print(backend.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, folder], capture_output=True, text=True, cwd=copy, timeout=harness.LONGEST)
    assert done.returncode == 0, done.stderr
    name = done.stdout.splitlines()[-1]
    assert name == f"loopstress-{loopstress.__version__}-py3-none-linux_x86_64.whl", name
    with zipfile.ZipFile(os.path.join(folder, name)) as archive:
        archive.extractall(target)
    assert os.path.exists(os.path.join(target, "loopstress", "py.typed"))
    environment = {name: value for name, value in os.environ.items() if name not in ("LOOPSTRESS_LIBRARY", "PYTHONPATH")}
    script = ("import sys, loopstress as l; n = l.read_network(sys.argv[1]); "
              "print(l.library_path(), l.run(n, 'eisenberg-noe', scenarios=sys.argv[2]).digest)")
    ran = subprocess.run([sys.executable, "-c", script, THREE_BANKS, os.path.join(THREE_BANKS, "shocks.csv")], text=True,
                         capture_output=True, cwd=folder, env=dict(environment, PYTHONPATH=target), timeout=harness.LONGEST)
    assert ran.returncode == 0, ran.stderr
    path, digest = ran.stdout.split()
    assert path == os.path.join(os.path.realpath(target), "loopstress", "libloopstress.so"), path
    assert digest == answer("run", THREE_BANKS, "--model", "eisenberg-noe", "--scenarios", THREE_BANKS + "/shocks.csv")["digest"]


def test_a_library_of_another_version_is_refused(folder):
    source = write(os.path.join(folder, "old.c"), 'const char *ls_version(void) { return "0.0.9"; }\n')
    old = os.path.join(folder, "libold.so")
    subprocess.run(["cc", "-shared", "-fPIC", source, "-o", old], check=True)
    environment = dict(os.environ, PYTHONPATH=PACKAGE, LOOPSTRESS_LIBRARY=old)
    done = subprocess.run([sys.executable, "-c", "import loopstress"], capture_output=True, text=True, env=environment)
    assert done.returncode == 1 and f"is loopstress 0.0.9, must be {loopstress.__version__}" in done.stderr, done.stderr
    missing = dict(environment, LOOPSTRESS_LIBRARY=folder + "/none.so")
    done = subprocess.run([sys.executable, "-c", "import loopstress"], capture_output=True, text=True, env=missing)
    assert done.returncode == 1 and "build it (tools/build), or name it in LOOPSTRESS_LIBRARY" in done.stderr, done.stderr


def test_the_sessions_of_the_page_print_what_they_show(folder):
    import doctest

    with open(os.path.join(SOURCE, "docs", "python.md"), encoding="utf-8") as file:
        blocks = [block.split("```")[0] for block in file.read().split("```pycon\n")[1:]]
    assert len(blocks) >= 5
    before = os.getcwd()
    os.chdir(SOURCE)
    try:
        test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "docs/python.md", None, 0)
        told = []
        failed = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    finally:
        os.chdir(before)
    assert failed.failed == 0 and failed.attempted > 15, "".join(told)


def test_the_page_names_every_function_of_the_package():
    with open(os.path.join(SOURCE, "docs", "python.md"), encoding="utf-8") as file:
        page = file.read()
    missing = [name for name in loopstress.__all__ if name not in page and name not in ("Network", "Report", "Results", "__version__")]
    assert not missing, missing


def test_types_hold(folder):
    if shutil.which("mypy") is None:
        raise Skip("no mypy")
    done = subprocess.run(["mypy", "--config-file", os.path.join(PACKAGE, "pyproject.toml"), "--cache-dir", folder,
                           os.path.join(PACKAGE, "loopstress")], capture_output=True, text=True, timeout=harness.LONGEST)
    assert done.returncode == 0, done.stdout + done.stderr


harness.main(globals())
