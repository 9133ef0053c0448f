#!/usr/bin/python3
"""Draws of the assumptions in a results file, as xarray sees them and against numpy's numbers: argv[1] is the program."""
import os
import subprocess
import sys
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

try:
    import numpy as np
    import xarray as xr
except ImportError as error:
    skip("draws in Python", str(error))
    end()

DRAWS, BLOCK = 24, 4096
LOOP = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
SHOCKS = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")
ROUNDING = 1e-9  # relative: sums of a hundred thousand doubles in another order


def close(a, b):
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and bool(np.all(np.abs(a - b) <= ROUNDING * (np.max(np.abs(b)) + 1e-12)))


def band(values):
    """numpy's own rule is the linear one."""
    return np.stack([np.percentile(values, q, axis=0) for q in (50, 5, 95)], axis=-1)


def share(values, result, error):
    variance, noise, chance = np.var(result, ddof=1), np.mean(error**2), 1 / (len(result) - 1)
    square = np.corrcoef(values, result)[0, 1] ** 2 if np.ptp(values) > 0 else 0
    return min(1, max(0, (square - chance) / (1 - chance) * variance / (variance - noise)))


with tempfile.TemporaryDirectory() as folder:
    path, shocks = os.path.join(folder, "r.h5"), os.path.join(folder, "draws.yaml")
    with open(SHOCKS, encoding="utf-8") as file:
        text = file.read().replace("assumption_draws: 1\n", f"assumption_draws: {DRAWS}\n")
    with open(shocks, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([PROGRAM, "run", LOOP, "-m", "loop", "-s", shocks, "--count", str(DRAWS * BLOCK), "-q", "--keep",
                           "worst:2", "-o", path], capture_output=True, text=True)
    check("the run succeeds", done.returncode == 0, done.stderr)
    if done.returncode != 0:
        end()
    root, scenarios = xr.open_dataset(path), xr.open_dataset(path, group="per_scenario")
    loss = scenarios["loss_gross"].values.reshape(DRAWS, BLOCK)
    mean = loss.mean(axis=1)
    check("attributes", root.attrs["n_assumption_draws"] == DRAWS and root.attrs["n_redrawn"] >= 0)
    check("dimensions", root["draw_assumption_value"].dims == ("draw", "assumption") and root.sizes["draw"] == DRAWS)
    check("bands by name", list(root["band"].values) == ["median", "low", "high"])
    check("means by draw", close(root["draw_system_loss_mean"], mean))
    check("errors by draw", close(root["draw_system_loss_stderr"], loss.std(axis=1, ddof=1) / BLOCK**0.5))
    check("defaults by draw",
          close(root["draw_default_count_mean"], scenarios["default_count"].values.reshape(DRAWS, BLOCK).mean(axis=1)))
    ordered = np.sort(loss, axis=1)
    rank = -(-BLOCK * 99 // 100)
    check("value at risk by draw", close(root["draw_system_loss_quantile"].sel(quantile=0.99), ordered[:, rank - 1]))
    check("band of the mean", close(root["system_loss_mean_band"], band(mean)))
    for name in ("default_probability", "loss_mean"):
        check(f"band of {name}", close(root[f"{name}_band"], band(root[f"draw_{name}"].values)))
        check(f"{name} is the mean over draws", close(root[name], root[f"draw_{name}"].mean("draw")))
    shortfall = root["draw_system_loss_expected_shortfall"]
    check("band of the shortfall", close(root["system_loss_expected_shortfall_band"], band(shortfall.values)))
    check("baseline is the mean over draws", close(root["baseline_value"], root["draw_baseline_value"].mean("draw")))
    fails = (root["draw_baseline_default_quarter"] >= 0) | (root["draw_baseline_distress_quarter"] >= 0)
    check("gate", close(root["baseline_gate"], fails.mean("draw")))
    value = root["draw_assumption_value"].values
    for name, result, error in (
            ("variance_share_loss_mean", mean, root["draw_system_loss_stderr"].values),
            ("variance_share_expected_shortfall", shortfall.sel(quantile=0.99).values,
             root["draw_system_loss_expected_shortfall_stderr"].sel(quantile=0.99).values)):
        check(name, close(root[name], [share(value[:, j], result, error) for j in range(value.shape[1])]))
        check(f"{name} by chance", 0 < root.attrs[f"{name}_by_chance"] <= 1)
    assumptions = xr.open_dataset(path, group="network/assumptions", decode_times=False)
    row = root["assumption_row"].values
    low, high = (np.asarray(assumptions[c].values, dtype=float)[row] for c in ("low", "high"))
    check("values lie within their ranges", bool(np.all((value >= low) & (value <= high))))
    check("values differ by draw", bool(np.all(value.std(axis=0) > 0)), str(root["assumption"].values[value.std(axis=0) == 0]))
    check("rows are named", list(assumptions["id"].values[row]) == list(root["assumption"].values))
end()
