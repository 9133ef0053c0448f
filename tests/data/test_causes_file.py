#!/usr/bin/python3
"""Losses of kept scenarios by cause: that they add up, that HDF5, JSON and CSV say the same, and that no way of running changes
them: argv[1] is the program."""
import csv
import json
import os
import subprocess
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

try:
    import h5py
    import numpy as np
except ImportError as error:
    skip("causes in Python", str(error))
    end()

BLOCK, KEPT = 4096, 4
LOOP = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
SCENARIOS = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios")
CAUSES = ["own shock", "orders", "supply", "credit", "funding", "prices", "stakes"]
ROUNDING = 1e-9  # relative to all that is added; 64 simulations with the same roundings differ by less


def run(*words, code=0):
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    check(" ".join(map(str, words[:2])) + f" exits {code}", done.returncode == code, done.stderr)
    return done.stdout


def shocks(folder, draws=1, more=""):
    with open(os.path.join(SCENARIOS, "monte-carlo.yaml"), encoding="utf-8") as file:
        text = file.read()
    text = text.replace("assumption_draws: 1\n", f"assumption_draws: {draws}\n").replace("{worst: 100}", f"{{worst: {KEPT}}}")
    path = os.path.join(folder, f"shocks-{draws}-{len(more)}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + more)
    return path


def words_for(path, network=LOOP):
    return ["run", network, "-m", "loop", "-s", path, "-q", "--count", 2 * BLOCK]


def answer(words):
    return json.loads(run(*words, "--json"))


def told(document):
    """{scenario: (parts of the gross loss, {entity: parts of its loss})} of those that are told."""
    found = {}
    for scenario in document["scenarios"]:
        if "causes" in scenario:
            check("causes have their order", [part["name"] for part in scenario["causes"]] == CAUSES)
            found[scenario["id"]] = ([part["loss_gross"] for part in scenario["causes"]],
                                     {entity["id"]: list(entity["causes"].values()) for entity in scenario["entities"]})
    return found


def adds_up(parts, whole):
    return abs(sum(parts) - whole) <= ROUNDING * (abs(whole) + sum(map(abs, parts)))


def check_sums(name, document, least_moved):
    moved = np.zeros(len(CAUSES))
    for scenario in document["scenarios"]:
        parts = [part["loss_gross"] for part in scenario["causes"]]
        moved += np.abs(parts)
        check(f"{name}: causes of {scenario['id']} add up", adds_up(parts, scenario["loss_gross"]), f"{parts} {scenario['loss_gross']}")
        for entity in scenario["entities"]:
            check(f"{name}: names of causes", list(entity["causes"]) == CAUSES)
            parts = list(entity["causes"].values())
            check(f"{name}: causes of {entity['id']} in {scenario['id']} add up", adds_up(parts, entity["loss"]), f"{parts}")
    check(f"{name}: causes act", np.count_nonzero(moved) >= least_moved, f"{moved}")


def check_file(name, path, document):
    with h5py.File(path) as file:
        kept = file["kept"]
        check(f"{name}: HDF5 names the causes", [text.decode() for text in kept["cause"][...]] == CAUSES)
        check(f"{name}: the provenance too", list(file["provenance"].attrs["causes"]) == CAUSES)
        gross, loss = kept["cause_loss_gross"][...], kept["cause_loss"][...]
        check(f"{name}: dimensions", loss.shape == (len(document["scenarios"]), len(CAUSES), len(file["entity"])), f"{loss.shape}")
    for k, scenario in enumerate(document["scenarios"]):
        if "causes" not in scenario:
            check(f"{name}: {scenario['id']} is NaN in HDF5", np.isnan(gross[k]).all() and np.isnan(loss[k]).all())
            check(f"{name}: and without the key in JSON", all("causes" not in entity for entity in scenario["entities"]))
            continue
        check(f"{name}: {scenario['id']} in HDF5", list(gross[k]) == [part["loss_gross"] for part in scenario["causes"]])
        for i, entity in enumerate(scenario["entities"]):
            check(f"{name}: {entity['id']} in HDF5", list(loss[k, :, i]) == list(entity["causes"].values()))


def check_table(name, results, folder, document):
    place = os.path.join(folder, f"csv-{name}")
    run("export", results, "--format", "csv", "-o", place)
    with open(os.path.join(place, "causes.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = {}
    for scenario, (gross, entities) in told(document).items():
        for c, cause in enumerate(CAUSES):
            expected[scenario, "", cause] = gross[c]
            expected.update({(scenario, entity, cause): parts[c] for entity, parts in entities.items()})
    check(f"{name}: a row a number in CSV", len(rows) == len(expected), f"{len(rows)} of {len(expected)}")
    check(f"{name}: CSV says the same", {(row["id"], row["entity"], row["cause"]): float(row["loss"]) for row in rows} == expected)


def check_outputs(name, folder, words):
    results = os.path.join(folder, f"{name}.h5")
    document = answer([*words, "-o", results])
    check_file(name, results, document)
    check_table(name, results, folder, document)
    place = os.path.join(folder, f"json-{name}")
    run("export", results, "--format", "json", "-o", place)
    with open(os.path.join(place, "results.json"), encoding="utf-8") as file:
        check(f"{name}: read back from HDF5", told(json.load(file)) == told(document))
    return document


def check_ways(folder, words, path, whole):
    network = os.path.join(folder, "network.h5")
    run("import", LOOP, "-o", network)
    ways = {"one thread": [*words, "--threads", 1], "two threads": [*words, "--threads", 2],
            "small chunks": [*words, "--chunk", 100], "plain instructions": [*words, "--isa", "baseline"],
            "the network's file": words_for(path, network)}
    for way, variant in ways.items():
        check(f"with {way} the same causes", told(answer(variant)) == told(whole))
    numbers = sorted(int(scenario["id"]) for scenario in whole["scenarios"])
    again = told(answer(words_for(shocks(folder, more=f"replay: {numbers}\n"))[:-2]))
    check("replayed alone the same causes", again == told(whole) and len(again) == KEPT, f"{sorted(again)}")
    parts = [os.path.join(folder, f"part-{part}.h5") for part in range(2)]
    for part, shard in enumerate(parts):
        run(*words, "--shard", f"{part}/2", "-o", shard)
    merged = os.path.join(folder, "merged.h5")
    run("merge", *reversed(parts), "-q", "-o", merged)
    check_file("merged", merged, whole)


def check_how_many(folder, words, whole):
    none = check_none(folder, words)
    one = check_outputs("one", folder, [*words, "--set", "causes=1"])
    first = whole["scenarios"][0]["id"]
    check("causes=1 tells the worst alone", told(one) == {first: told(whole)[first]}, f"{list(told(one))}")
    check("the digest leaves causes out", none["digest"] == one["digest"] == whole["digest"])
    run(*words, "--set", "causes=-1", code=64)


def check_none(folder, words):
    results = os.path.join(folder, "none.h5")
    none = answer([*words, "--set", "causes=0", "-o", results])
    check("causes=0 tells nothing", not told(none))
    with h5py.File(results) as file:
        check("and HDF5 has none", "cause" not in file["kept"] and "cause_loss" not in file["kept"])
    place = os.path.join(folder, "csv-none")
    run("export", results, "--format", "csv", "-o", place)
    table = os.path.join(place, "causes.csv")
    check("nor CSV", not os.path.exists(table) or len(open(table, encoding="utf-8").readlines()) == 1)
    return none


def main():
    if not os.path.isdir(LOOP) or not os.path.isdir(SCENARIOS):
        skip("causes", "the data set is not here")
        return end()
    with tempfile.TemporaryDirectory() as folder:
        path = shocks(folder)
        words = words_for(path)
        whole = check_outputs("worst", folder, words)
        check("all that is kept is told", len(told(whole)) == KEPT)
        check_sums("worst", whole, len(CAUSES))
        check_ways(folder, words, path, whole)
        check_how_many(folder, words, whole)
        drawn = check_outputs("draws", folder, words_for(shocks(folder, draws=2)))
        check("draws: one is not of the first", any(scenario["assumption_draw"] == 1 for scenario in drawn["scenarios"]))
        check_sums("draws", drawn, len(CAUSES))
        listed = ["run", LOOP, "-m", "loop", "-s", os.path.join(SCENARIOS, "vendor-pledges-stop.csv"), "-q"]
        check_sums("listed", check_outputs("listed", folder, listed), 1)
        least = answer([*words, "--set", "solution=least"])
        check_sums("least", least, len(CAUSES))
    end()


main()
