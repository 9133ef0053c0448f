"""Every example runs, and says what the command line says: scripts, the notebook, the C program, results read in R and Julia."""
import json
import os
import re
import shutil
import subprocess
import sys

import harness
from harness import SOURCE, Skip, answer, expect

EXAMPLES = os.path.join(SOURCE, "examples")
BUILD = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else os.path.join(SOURCE, "build"))
BANKS = os.path.join(EXAMPLES, "three-banks")
DRAWN = ("run", BANKS, "--model", "eisenberg-noe", "--scenarios", os.path.join(BANKS, "monte-carlo.yaml"))
CURRENCY = "EUR bn"


def is_sanitized():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as cache:
        return any(line.startswith("LS_SANITIZE:") and line.split("=", 1)[1].strip() for line in cache)


def start(*words, cwd=None, **variables):
    """Runs another program than ours; its output."""
    environment = dict(os.environ, LOOPSTRESS=harness.PROGRAM, PYTHONDONTWRITEBYTECODE="1", **variables)
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, env=environment, timeout=harness.LONGEST)
    assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def example(*path):
    return os.path.join(EXAMPLES, *path)


def test_every_example_is_listed_and_has_a_test():
    with open(example("README.md"), encoding="utf-8") as file:
        listed = file.read()
    with open(os.path.abspath(__file__), encoding="utf-8") as file:
        tested = file.read()
    networks = {"three-banks", "three-dealers"}  # in the README and the models' pages, whose tests run them
    for name in sorted(os.listdir(EXAMPLES)):
        if os.path.isdir(example(name)):
            assert f"({name}" in listed, name
            assert name in networks or f'"{name}"' in tested, name
    for path in re.findall(r"\]\(([^)]+)\)", listed):
        assert os.path.exists(example(path)), path


def test_the_networks_run(folder):
    assert answer(*DRAWN, "--count", 4096)["scenario_count"] == 4096
    dealers = example("three-dealers")
    told = answer("run", dealers, "--model", "multi", "--scenarios", os.path.join(dealers, "shocks.csv"))
    assert len(told["scenarios"]) > 0


def test_the_ai_loop_runs(folder):
    told = start("sh", example("ai-loop", "run.sh"), folder)
    drawn = json.loads(expect(0, "info", os.path.join(folder, "drawn.h5"), "--json").stdout)
    assert drawn["scenario_count"] == 8192 and drawn["digest"] in told
    assert "Circularity, basis: firm" in told and os.path.exists(os.path.join(folder, "drawn.html"))


def test_the_batch_merges_to_the_bytes_of_one_run(folder):
    told = start("sh", example("batch", "run.sh"), folder)
    assert answer(*DRAWN)["digest"] in told and "the same bits" in told
    start("sh", example("batch", "run.sh"), folder)  # once more: what is done is taken as it is


def test_ones_own_model_is_one_file_and_one_line(folder):
    copy = os.path.join(folder, "sources")
    start("sh", example("own-model", "add.sh"), copy)
    with open(example("own-model", "default_cascade.h"), encoding="utf-8") as file:
        model = file.read()
    with open(os.path.join(SOURCE, "docs", "adding-a-model.md"), encoding="utf-8") as file:
        page = file.read()
    assert f"```c\n{model}```\n" in page  # which test_documented_model compiles and runs
    changed = subprocess.run(["diff", "-rq", os.path.join(SOURCE, "kernels"), os.path.join(copy, "kernels")],
                             capture_output=True, text=True).stdout.splitlines()
    assert len(changed) == 2 and any("models.def" in line for line in changed), changed
    # The registry's own table, as the build would compile it, knows the model. A whole build takes minutes.
    program = os.path.join(folder, "list.c")
    harness.write(program, '#include <stdio.h>\n#include "model.h"\n'
                  "int main(void) { for (int k = 0; k < LS_MODEL_TOTAL; k++) puts(LS_MODELS[k]->name); return 0; }\n")
    include = [f"-I{copy}/{part}" for part in ("include", "kernels", "host")]
    start("cc", "-std=gnu17", "-O0", "-Wno-psabi", "-ffunction-sections", "-Wl,--gc-sections", '-DLS_VERSION_STRING="x"', *include,
          program, os.path.join(copy, "host", "engine", "models.c"), "-lm", "-o", os.path.join(folder, "list"))
    names = start(os.path.join(folder, "list")).split()
    assert names[-1] == "default-cascade" and set(names[:-1]) == {model["name"] for model in answer("models")}, names


def test_the_notebook_runs_and_each_cell_stands():
    with open(example("notebook", "three_banks.py"), encoding="utf-8") as file:
        cells = file.read().split("# %%")
    assert cells[0] == "" and len(cells) > 8
    for cell in cells[1:]:
        if cell.startswith(" [markdown]"):
            assert all(line.startswith("#") for line in cell.splitlines()[1:] if line), cell
        else:
            compile(cell, "cell", "exec")
    if is_sanitized():
        raise Skip("a library with sanitizers in it cannot be loaded into Python")
    told = start("/usr/bin/python3", example("notebook", "three_banks.py"), PYTHONPATH=os.path.join(SOURCE, "python"),
                 LOOPSTRESS_LIBRARY=os.path.join(BUILD, "libloopstress.so"))
    expected = answer(*DRAWN)
    assert f"digest {expected['digest']}" in told
    shortfall = expected["system"]["es"]["0.99"]["value"]
    assert f"1000 scenarios, {shortfall:.4f} {CURRENCY} on average" in told, told
    birch = re.findall(r"Birch defaults in ([0-9.]+)%", told)
    assert len(birch) == 5 and [float(share) for share in birch] == sorted(map(float, birch), reverse=True), birch
    assert float(birch[0]) == round(100 * expected["entities"][1]["default_probability"], 2)


def test_the_c_program_is_built_by_the_line_in_its_head(folder):
    if shutil.which("pkg-config") is None:
        raise Skip("no pkg-config")
    if is_sanitized():
        raise Skip("a program without sanitizers cannot use a library with them")
    root = os.path.join(folder, "root")
    start("cmake", "--install", BUILD, "--prefix", root)
    package = next(place for place, _, files in os.walk(root) if "loopstress.pc" in files)
    with open(example("c-program", "three_banks.c"), encoding="utf-8") as file:
        line = next(line.strip(" *\n") for line in file if "pkg-config" in line)
    shutil.copy(example("c-program", "three_banks.c"), folder)
    start("sh", "-c", line + " -Wall -Wextra -Werror", cwd=folder, PKG_CONFIG_PATH=package)
    library = next(place for place, _, files in os.walk(root) if "libloopstress.so" in files)
    told = start(os.path.join(folder, "three_banks"), os.path.join(BANKS, "monte-carlo.yaml"), LD_LIBRARY_PATH=library)
    expected = answer(*DRAWN)
    numbers = [float(line.split()[1]) for line in told.splitlines() if line.startswith("  ")]
    assert numbers == [entity[key] for key in ("default_probability", "loss_mean") for entity in expected["entities"]], told
    assert told.splitlines()[-1] == f"digest {expected['digest']}"


def results_read_by(folder, language, *command):
    """What an example prints of a results file, against the document; digits as the example prints them."""
    file = os.path.join(folder, "results.h5")
    expect(0, *DRAWN, "--quiet", "-o", file)
    told = start(*command, file)
    expected = answer(*DRAWN)
    for entity in expected["entities"]:
        row = next(line.split() for line in told.splitlines() if line.split()[:1] == [entity["id"]])
        for got, key in zip(row[1:], ("default_probability", "loss_mean", "es_contribution")):
            assert abs(float(got) - entity[key]) <= 1e-14 * max(1, abs(entity[key])), (language, row, entity[key])  # 15 digits
    assert f"scenarios {expected['scenario_count']}, mean loss {expected['system']['loss_mean']:.12g}, " in told, told
    assert f"largest {expected['system']['loss_max']:.17g}\n" in told, told
    assert f"quantile 0.99 of alder: {expected['entities'][0]['loss_quantile']['0.99']:.17g}\n" in told, told


def test_results_are_read_in_r(folder):
    if shutil.which("Rscript") is None:
        raise Skip("no R (Debian: r-base-core r-bioc-rhdf5)")
    if subprocess.run(["Rscript", "-e", "library(rhdf5)"], capture_output=True).returncode != 0:
        raise Skip("R has no rhdf5 (Debian: r-bioc-rhdf5)")
    results_read_by(folder, "R", "Rscript", example("read-results", "read_results.R"))


def test_results_are_read_in_julia(folder):
    if shutil.which("julia") is None:
        raise Skip("no Julia (Debian 12 has none)")
    if subprocess.run(["julia", "-e", "using HDF5"], capture_output=True).returncode != 0:
        raise Skip("Julia has no HDF5.jl")
    results_read_by(folder, "Julia", "julia", example("read-results", "read_results.jl"))


harness.main(globals())
