#!/usr/bin/python3
"""Results files as xarray and h5py see them, their numbers against numpy's, exports and records: argv[1] is the program."""
import csv
import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

try:
    import h5py
    import numpy as np
    import xarray as xr
except ImportError as error:
    skip("results files in Python", str(error))
    end()

COUNT = 12288
YAML = f"""count: {COUNT}
seed: 20260101
factors:
  - {{name: market}}
loadings:
  - {{target: "*", factor: market, value: 0.6}}
marginals:
  - {{variable: external_assets_loss, target: "*", distribution: beta, mean: 0.35, sd: 0.2}}
keep: {{worst: 5}}
"""


def table(folder, name, rows):
    with open(os.path.join(folder, name), "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def run(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True)


def bank_folder(folder):
    os.mkdir(folder)
    table(folder, "entities.csv", [["id", "external_assets", "external_liabilities"], ["=B1", "10", "6"], ["B2", "5", "3"],
                                   ["Ω3", "4", "1"], ["B4", "8", "7"]])
    table(folder, "liabilities.csv", [["debtor", "creditor", "amount"], ["=B1", "B2", "3"], ["B2", "Ω3", "4"],
                                      ["Ω3", "=B1", "2.5"], ["B4", "B2", "1"], ["=B1", "B4", "0.5"]])
    with open(os.path.join(folder, "network.yaml"), "w", encoding="utf-8") as file:
        file.write("name: four banks\ncurrency: EUR\nunit: mn\n")


def close(a, b, tolerance=1e-12):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= tolerance * (np.abs(a) + np.abs(b))))


def check_numbers(path, document):
    root = xr.open_dataset(path, engine="netcdf4").load()
    scenarios = xr.open_dataset(path, engine="h5netcdf", group="per_scenario").load()
    loss = np.sort(scenarios.loss_gross.values)
    n = len(loss)
    check("attributes tell the run", root.attrs["n_scenarios"] == COUNT and root.attrs["model"] == "eisenberg-noe" and
          root.attrs["digest"] == document["digest"] and root.attrs["seed_int64"] == 20260101)
    check("mean, deviation and extremes agree with numpy", close([root.system_loss_mean, root.system_loss_std, root.system_loss_min,
          root.system_loss_max], [loss.mean(), loss.std(ddof=1), loss[0], loss[-1]]))
    ranks = [math.ceil(n * q / 1000) for q in (950, 990, 999)]
    check("quantiles are lower quantiles", close(root.system_loss_quantile.values, [loss[r - 1] for r in ranks]))
    for k, (q, rank) in enumerate(zip((0.95, 0.99, 0.999), ranks)):
        var = loss[rank - 1]
        check(f"shortfall at {q} includes the atom", close(root.system_loss_expected_shortfall.values[k],
              var + np.maximum(loss - var, 0).mean() / (1 - q), 1e-9))
        check(f"quantile at {q} lies in its interval", root.system_loss_quantile_low[k] <= var <= root.system_loss_quantile_high[k])
    check("contributions add up to the shortfall", close(root.es_contribution.sum(), root.system_loss_expected_shortfall.values[1], 1e-9))
    check("entities' mean losses add up", close(root.loss_mean.sum(), loss.mean(), 1e-9))
    check("lines add up to losses", close(root.loss_mean_by_line.sum("line"), root.loss_mean, 1e-9))
    check("default counts agree with probabilities", close(scenarios.default_count.mean(), root.default_probability.sum(), 1e-12))
    joint = root.joint_default_count.values
    check("joint counts are symmetric, with the counts as diagonal", (joint == joint.T).all() and
          close(np.diag(joint) / n, root.default_probability))
    check("selection by id works", float(root.default_probability.sel(entity="Ω3")) == document["entities"][2]["default_probability"])
    return scenarios


def check_limbs(path, scenarios):
    with h5py.File(path) as file:
        group = file["accumulators"]
        unit = 2.0 ** int(group.attrs["sum_unit_exponent"])
        sums = [int(low) % 2 ** 64 + (int(high) << 64) for low, high in group["loss_sum"][:]]
        check("limbs are the exact sums", close([s * unit / COUNT for s in sums], file["loss_mean"][:], 1e-15))
        check("bins hold every scenario", (group["bin_count"][:].sum(axis=1) == COUNT).all())
        kept = file["kept"]
        order = np.lexsort((np.arange(COUNT), -scenarios.loss_gross.values))[:5]
        check("the worst are kept, worst first", list(kept["scenario"]) == list(order))
        check("kept losses are those of the run", list(kept["loss_gross"]) == list(scenarios.loss_gross.values[order]))
        bare = []
        file.visititems(lambda name, o: bare.append(name) if isinstance(o, h5py.Dataset) and "units" not in o.attrs else None)
        check("every dataset has units", not bare, bare)
        check("flags are no money", kept["detail/default"].attrs["units"] == "1")
        check("the network is inside", file["network/liabilities/0"].attrs["orientation"] == "row_is_debtor")
        check("the scenario file is inside", file["provenance"].attrs["scenario_text"] == YAML)


def check_json(document):
    check("converged scenarios are counted", document["converged"] == COUNT)
    check("var and es have their three levels", set(document["system"]["var"]) == {"0.95", "0.99", "0.999"} ==
          set(document["system"]["es"]))
    entity = document["entities"][1]
    low, high = entity["default_probability_ci95"]
    check("probabilities lie in their intervals", low < entity["default_probability"] < high)
    check("kept scenarios are told", [s["id"] for s in document["scenarios"]] == sorted((s["id"] for s in document["scenarios"]),
          key=lambda i: -next(s["system_loss"] for s in document["scenarios"] if s["id"] == i)))
    check("flags are true or false", all(isinstance(e["default"], bool) for s in document["scenarios"] for e in s["entities"]))


def check_small(network):
    one = json.loads(run("run", network, "--model", "eisenberg-noe", "--json", "--quiet").stdout)
    check("one scenario has no errors", one["system"]["loss_mean_se"] is None and one["system"]["loss_sd"] is None and
          one["entities"][0]["default_probability_ci95"] is None and one["system"]["var"]["0.99"]["ci95"] is None)
    check("the baseline is a scenario", [s["id"] for s in one["scenarios"]] == ["baseline"] and one["scenario_count"] == 1)


def check_files(work, network, yaml, path):
    again = os.path.join(work, "again.h5")
    run("run", network, "--model", "eisenberg-noe", "--scenarios", yaml, "--threads", "1", "--chunk", "512", "-o", again, "--quiet")
    check("equal runs give equal bytes", open(path, "rb").read() == open(again, "rb").read())
    record = json.load(open(path + ".run.json"))
    check("the record hashes the file", record["output"]["sha256"] == hashlib.sha256(open(path, "rb").read()).hexdigest())
    same = run("compare", path, again, "--json")
    check("compare finds them equal", same.returncode == 0 and json.loads(same.stdout)["equal"] is True)
    other = os.path.join(work, "other.h5")
    run("run", network, "--model", "rogers-veraart", "--set", "alpha=0.5", "--scenarios", yaml, "-o", other, "--quiet")
    different = run("compare", path, other, "--json")
    report = json.loads(different.stdout)
    a, b = (xr.open_dataset(f, group="per_scenario").loss_gross.values for f in (path, other))
    check("compare exits 1 and names the largest difference", different.returncode == 1 and
          set(report["max_difference"]) == {"name", "index", "a", "b"})
    check("paired differences have paired errors", close([report["paired"]["loss_gross"]["difference"], report["paired"]["loss_gross"]["se"]],
          [(b - a).mean(), (b - a).std(ddof=1) / math.sqrt(COUNT)], 1e-9))


def check_shards(work, network, yaml, path):
    parts = [os.path.join(work, f"part{i}.h5") for i in range(3)]
    for i, part in enumerate(parts):
        run("run", network, "--model", "eisenberg-noe", "--scenarios", yaml, "--shard", f"{i}/3", "-o", part, "--quiet")
    whole = os.path.join(work, "whole.h5")
    merged = run("merge", parts[2], parts[0], parts[1], "-o", whole)
    check("parts merge", merged.returncode == 0, merged.stderr)
    with h5py.File(parts[1]) as part:
        check("a part says that it is one", part.attrs["loopstress_kind"] == "shard" and part.attrs["n_done"] == 4096)
    if merged.returncode == 0:
        check("parts in any order give the whole", run("compare", path, whole).returncode == 0)
    check("missing parts are refused", run("merge", parts[0], parts[1], "-o", os.path.join(work, "x.h5")).returncode == 65)
    check("a part twice is no harm", run("merge", *parts, parts[0], "-o", os.path.join(work, "y.h5")).returncode == 0)
    foreign = os.path.join(work, "foreign.h5")
    run("run", network, "--model", "eisenberg-noe", "--scenarios", yaml, "--seed", "1", "--shard", "0/3", "-o", foreign, "--quiet")
    refused = run("merge", foreign, parts[1], parts[2], "-o", os.path.join(work, "x.h5"))
    check("foreign parts are refused by name", refused.returncode == 65 and "seed" in refused.stderr, refused.stderr)
    check("a refusal leaves no file", not os.path.exists(os.path.join(work, "x.h5")))


def check_export(work, path):
    folder = os.path.join(work, "tables")
    check("tables are exported", run("export", path, "--format", "csv", "-o", folder).returncode == 0)
    rows = list(csv.DictReader(open(os.path.join(folder, "entities.csv"), encoding="utf-8")))
    check("a formula is defused", [r["id"] for r in rows] == ["'=B1", "B2", "Ω3", "B4"])
    check("an existing folder is not replaced", run("export", path, "--format", "csv", "-o", folder).returncode == 73)
    run("export", path, "--format", "json", "-o", os.path.join(work, "json"))
    check("results.json holds the results", json.load(open(os.path.join(work, "json", "results.json")))["scenario_count"] == COUNT)


def check_tampering(work, path):
    import shutil
    copy = os.path.join(work, "tampered.h5")
    shutil.copy(path, copy)
    with h5py.File(copy, "r+") as file:
        file["per_scenario/loss_gross"][17] += 1
    result = run("info", copy)
    check("a changed loss is found out by the digest", result.returncode == 65 and "digest" in result.stderr, result.stderr)


def check_loop(work):
    data = os.path.join(SOURCE, "datasets", "ai-loop")
    network, yaml = os.path.join(data, "2026-08"), os.path.join(data, "scenarios", "monte-carlo.yaml")
    path = os.path.join(work, "loop.h5")
    if not os.path.exists(yaml):
        skip("results of the loop", "datasets/ai-loop has no monte-carlo.yaml")
        return
    result = run("run", network, "--model", "loop", "--scenarios", yaml, "--count", "256", "--keep", "worst:2", "--set", "trace=1", "-o", path, "--quiet")
    check("the loop runs", result.returncode == 0, result.stderr)
    if result.returncode != 0:
        return
    for engine in ("netcdf4", "h5netcdf"):
        root = xr.open_dataset(path, engine=engine).load()
        trace = xr.open_dataset(path, engine=engine, group="kept/trace").load()
        check(f"{engine} opens a loop file", root.default_probability_by_quarter.dims == ("quarter", "entity") and
              trace.cash.dims[1:] == ("quarter", "entity"))
        check(f"quarters add up to the probability ({engine})", close(root.default_probability_by_quarter.sum("quarter"), root.default_probability, 1e-12))
        check(f"lines add up to losses ({engine})", bool(np.all(np.abs(root.loss_mean_by_line.sum("line") - root.loss_mean) <=
              1e-9 * np.abs(root.loss_mean_by_line).sum("line"))))


with tempfile.TemporaryDirectory() as work_folder:
    network_folder, scenario_file = os.path.join(work_folder, "net"), os.path.join(work_folder, "mc.yaml")
    results_file = os.path.join(work_folder, "results.h5")
    bank_folder(network_folder)
    open(scenario_file, "w").write(YAML)
    first = run("run", network_folder, "--model", "eisenberg-noe", "--scenarios", scenario_file, "-o", results_file, "--json")
    check("a run succeeds", first.returncode == 0, first.stderr)
    if first.returncode == 0:
        told = json.loads(first.stdout)
        check_limbs(results_file, check_numbers(results_file, told))
        check_json(told)
        check_small(network_folder)
        check_files(work_folder, network_folder, scenario_file, results_file)
        check_shards(work_folder, network_folder, scenario_file, results_file)
        check_export(work_folder, results_file)
        check_tampering(work_folder, results_file)
        check_loop(work_folder)
end()
