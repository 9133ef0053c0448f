#!/usr/bin/python3
"""Joint defaults, dependence, the tail by line and the measures in a results file: against numpy over every scenario in full,
against JSON and CSV, and in parts against the whole: argv[1] is the program."""
import csv
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
except ImportError as error:
    skip("dependence in Python", str(error))
    end()

COUNT, DRAWS, BLOCK = 4096, 3, 4096
LOOP = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
SHOCKS = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")
ROUNDING = 1e-9  # relative: sums of thousands of doubles in another order


def run(*words):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    check(" ".join(map(str, words[:2])) + " succeeds", done.returncode == 0, done.stderr)
    return done.stdout


def close(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    scale = np.nanmax(np.abs(b)) if np.isfinite(b).any() else 1
    return a.shape == b.shape and (np.isnan(a) == np.isnan(b)).all() and bool(np.all(np.nan_to_num(np.abs(a - b)) <= ROUNDING * (scale + 1e-12)))


def words_for(folder, draws, keep):
    with open(SHOCKS, encoding="utf-8") as file:
        text = file.read()
    text = text.replace("assumption_draws: 1\n", f"assumption_draws: {draws}\n").replace("{worst: 100}", f"{{worst: {keep}}}")
    path = os.path.join(folder, f"shocks-{draws}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return ["run", LOOP, "-m", "loop", "-s", path, "-q", "--count", BLOCK * draws]


def wilson(events, count):
    z2 = 1.959963984540054 ** 2
    p, spread = events / count, math.sqrt(events * (count - events) / count ** 3 + z2 / 4 / count ** 2)
    centre, half = (p + z2 / 2 / count) / (1 + z2 / count), math.sqrt(z2) * spread / (1 + z2 / count)
    return (centre - half if events else 0, centre + half if events else min(1, 3 / count))


def check_pairs(file, fails):
    both = fails.T @ fails
    alone = np.diag(both)
    with np.errstate(invalid="ignore"):
        given = both / np.where(alone > 0, alone, np.nan)[:, None]
    check("joint probabilities", close(file["joint_default_probability"], both / len(fails)))
    check("conditional probabilities", close(file["conditional_default_probability"], given))
    i = int(np.argmax(alone))
    for j in range(len(alone)):
        if j == i or both[i, j] == alone[i]:
            continue
        found = [file["conditional_default_probability_" + side][i, j] for side in ("low", "high")]
        check(f"Wilson interval of {j} given {i}", close(found, wilson(int(both[i, j]), int(alone[i]))), found)


def check_others(file, fails, loss):
    n = loss.shape[1]
    value = file["baseline_value"][...]
    mean, error, share, each = (np.full(n, np.nan) for _ in range(4))
    each = np.full((n, n), np.nan)
    for k in range(n):
        chosen = loss[fails[:, k] > 0]
        if len(chosen) == 0:
            continue
        others = chosen.sum(axis=1) - chosen[:, k]
        mean[k], each[k] = others.mean(), chosen.mean(axis=0)
        share[k] = mean[k] / (value.sum() - value[k])
        error[k] = others.std(ddof=1) / math.sqrt(len(chosen)) if len(chosen) > 1 else np.nan
    check("what the others lose", close(file["others_loss_given_default"], mean))
    check("its error", close(file["others_loss_given_default_stderr"], error))
    check("its share", close(file["others_loss_given_default_share"], share))
    check("what each loses", close(file["loss_mean_given_default"], each))


def check_tail(file, loss, lines):
    """All of 4,096 scenarios are kept: 41 at or beyond the VaR, of which the VaR's own counts by what room the tail has left."""
    gross = np.maximum(loss, 0).sum(axis=1)
    order = np.argsort(-gross, kind="stable")
    room = 0.01 * COUNT
    weight = np.zeros(COUNT)
    weight[order[:int(room)]] = 1
    weight[order[int(room)]] = room - int(room)
    losers = np.where(loss[:, None, :] > 0, lines, 0)
    expected = (weight[:, None, None] * losers).sum(axis=0) / room
    check("the tail by line and entity", close(file["es_contribution_by_line"], expected))
    shortfall = file["system_loss_expected_shortfall"][1]
    check("lines add up to the shortfall", abs(file["es_contribution_by_line"][...].sum() / shortfall - 1) < ROUNDING)
    check("lines add up by entity", close(file["es_contribution_by_line"][...].sum(axis=0), file["es_contribution"]))
    check("shares of the shortfall", close(file["es_share"], file["es_contribution"][...] / shortfall))


def number(text):
    return float(text) if text else None


def plain(value):
    return None if np.isnan(value) else float(value)


def rows_of(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_json(file, document):
    ids = [name.decode() for name in file["entity"][...]]
    for pair in document["joint_defaults"]:
        i, j = ids.index(pair["i"]), ids.index(pair["j"])
        same = plain(file["joint_default_probability"][i, j]) == pair["p_joint"] and \
            plain(file["conditional_default_probability"][i, j]) == pair["p_j_given_i"] and \
            pair["count"] == file["joint_default_count"][i, j]
        if not same:
            check("pairs in JSON", False, pair)
    for k, one in enumerate(document["dependence"]):
        found = [plain(file[name][k]) for name in ("others_loss_given_default", "others_loss_given_default_stderr",
                                                   "others_loss_given_default_share", "es_share")]
        check(f"dependence on {one['id']} in JSON", found == [one[key] for key in
              ("others_loss_mean", "others_loss_mean_se", "others_loss_share", "es_share")])
        check(f"losses given {one['id']} in JSON", [plain(x) for x in file["loss_mean_given_default"][k]] == one["loss_mean_given_default"])
    lines = file["es_contribution_by_line"][...].sum(axis=1)
    check("lines in JSON", close([line["es_contribution"] for line in document["lines"]], lines))
    names = [line["name"] for line in document["lines"]]
    check("share of distress in JSON", close(document["system"]["es_distress_share"],
          lines[names.index("distress cost")] / file["system_loss_expected_shortfall"][1]))


def check_tables(file, folder):
    ids = [name.decode() for name in file["entity"][...]]
    rows = rows_of(folder, "joint.csv")
    n = len(ids)
    check("all pairs in joint.csv", len(rows) == n * (n - 1))
    wrong = [row for row in rows if number(row["p_j_given_i"]) != plain(file["conditional_default_probability"][ids.index(row["i"]), ids.index(row["j"])])]
    check("joint.csv", not wrong, wrong[:1])
    wrong = [row for row in rows_of(folder, "lines.csv") if number(row["es_contribution"]) is None]
    check("lines.csv", not wrong)
    rows = rows_of(folder, "measures.csv")
    wrong = []
    for row in rows:
        place = ids.index(row["entity"]) if row["entity"] else ()
        data = file[row["measure"]]
        same = number(row["mean"]) == data[place] and number(row["standard_error"]) == file[row["measure"] + "_stderr"][place] and \
            row["unit"] == data.attrs["units"]
        wrong += [] if same else [row]
    check("measures.csv", len(rows) == 12 * n + 3 and not wrong, wrong[:1])
    by_seller, by_buyer = (file[name][:].sum() for name in ("backlog_at_risk", "backlog_at_risk_caused"))
    check("backlog at risk by seller and by buyer is the same backlog",
          by_seller > 0 and abs(by_buyer / by_seller - 1) < 1e-9, (by_seller, by_buyer))
    units = {row["measure"]: row["unit"] for row in rows}
    check("units of measures", units["cash_runway"] == "quarter" and units["idle_capacity"] == "capacity" and
          units["peak_drawdown"] == "1" and units["funding_gap"] == units["deadweight_loss"] == "USD bn", units)
    system = [row for row in rows_of(folder, "quarters.csv") if not row["id"]]
    check("refinancing in quarters.csv", [number(row["refinancing_by_quarter"]) for row in system] == list(file["refinancing_by_quarter"]) and
          [number(row["refinancing_by_quarter_se"]) for row in system] == list(file["refinancing_by_quarter_stderr"]))


def check_one_run(folder):
    path, tables = os.path.join(folder, "r.h5"), os.path.join(folder, "tables")
    words = words_for(folder, 1, COUNT)
    run(*words, "-o", path)
    run("export", path, "-o", tables)
    run("export", path, "--format", "json", "-o", os.path.join(folder, "json"))
    with open(os.path.join(folder, "json", "results.json"), encoding="utf-8") as text:
        document = json.load(text)
    with h5py.File(path) as file:
        kept = file["kept"]
        order = np.argsort(kept["scenario"][...])
        fails = (kept["detail/default_quarter"][...][order] >= 0).astype(np.int64)
        loss, lines = kept["loss"][...][order], kept["line_loss"][...][order]
        check("every scenario is kept", len(loss) == COUNT)
        check_pairs(file, fails)
        check_others(file, fails, loss)
        check_tail(file, loss, lines)
        check_json(file, document)
        check_tables(file, tables)


def check_without(folder, path, whole):
    """A file of before these sums were kept: the rest of it is read, and they are unknown."""
    older = os.path.join(folder, "older.h5")
    gone = ("others_loss", "given_loss", "draw_figure", "es_contribution_by_line")
    with h5py.File(path) as source, h5py.File(older, "w") as target:
        target.attrs.update(source.attrs)
        for name in source:
            if not name.startswith(gone):
                source.copy(name, target)
        for name in list(target["accumulators"]):
            if name.startswith(gone):
                del target["accumulators"][name]
    run("export", older, "--format", "json", "-o", os.path.join(folder, "older"))
    with open(os.path.join(folder, "older", "results.json"), encoding="utf-8") as text:
        document = json.load(text)
    check("the digest of an older file holds", document["digest"] == whole["digest"])
    check("what it lacks is unknown", all(one["others_loss_mean"] is None for one in document["dependence"]) and
          document["lines"][0]["es_contribution"] is None and "measures" not in document["draws"]["entities"][0])
    check("what it has is told", document["joint_defaults"] == whole["joint_defaults"])


def check_draws(folder):
    """Bands over draws, and parts put together against the whole."""
    words = words_for(folder, DRAWS, 2)
    whole, merged = os.path.join(folder, "whole.h5"), os.path.join(folder, "merged.h5")
    document = json.loads(run(*words, "-o", whole, "--json"))
    parts = [os.path.join(folder, f"part{k}.h5") for k in range(2)]
    for k, part in enumerate(parts):
        run(*words, "--shard", f"{k}/2", "-o", part)
    run("merge", parts[1], parts[0], "-o", merged)
    with h5py.File(whole) as a, h5py.File(merged) as b:
        differ = []
        a.visititems(lambda name, o: differ.append(name) if isinstance(o, h5py.Dataset) and not name.startswith("provenance") and
                     (name not in b or not np.array_equal(o[...], b[name][...], equal_nan=o.dtype.kind == "f")) else None)
        check("parts put together are the whole", not differ, differ)
        names = ["cash_runway", "funding_gap", "least_value_to_reference", "deadweight_loss", "refinancing_by_quarter"]
        for name in names:
            means = a["draw_" + name][...]
            check(f"{name}: the draws' means average to the pooled", close(means.mean(axis=0), a[name]))
            band = np.stack([np.median(means, axis=0), means.min(axis=0), means.max(axis=0)], axis=-1)
            check(f"{name}: median, least and greatest", close(a[name + "_band"], band))
        check("units of bands", a["cash_runway_band"].attrs["units"] == "quarter" and a["deadweight_loss_band"].attrs["units"] == "USD bn")
        draws = document["draws"]
        for k, entity in enumerate(draws["entities"]):
            told = entity["measures"]["funding_gap"]
            if [told["median"], told["low"], told["high"]] != list(a["funding_gap_band"][k]):
                check("bands of measures in JSON", False, told)
        told = draws["system"]["refinancing_by_quarter"]
        check("bands by quarter in JSON", [[q["median"], q["low"], q["high"]] for q in told] == a["refinancing_by_quarter_band"][...].tolist())
        told = draws["system"]["deadweight_loss"]
        check("bands of the system in JSON", [told["median"], told["low"], told["high"]] == list(a["deadweight_loss_band"]))
    check_without(folder, whole, document)


with tempfile.TemporaryDirectory() as work:
    if os.path.isdir(LOOP) and os.path.exists(SHOCKS):
        check_one_run(work)
        check_draws(work)
    else:
        skip("ai-loop", "the data set is not here")
end()
