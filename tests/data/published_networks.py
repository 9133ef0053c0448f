"""datasets/published: its tables, what the program prints for them, and what follows from that."""
import csv
import glob
import json
import math
import os
import subprocess

from checks import PROGRAM, SOURCE, check

PUBLISHED = os.path.join(SOURCE, "datasets", "published")
answers = {}  # what the program printed, by command


def below(*pattern):
    return sorted(glob.glob(os.path.join(SOURCE, *pattern), recursive=True))


networks = [os.path.dirname(path) for path in below("datasets", "published", "**", "entities.csv")]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def optional(folder, name):
    return read(folder, name) if os.path.exists(os.path.join(folder, name)) else []


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def short(folder):
    return os.path.relpath(folder, PUBLISHED)


def run(words):
    """The scenarios that `loopstress run WORDS --json` prints, by id; a command runs once."""
    if tuple(words) not in answers:
        done = subprocess.run([PROGRAM, "run", *words, "--backend", "cpu", "--json", "--quiet"], capture_output=True,
                              text=True, cwd=SOURCE)
        check("runs: " + " ".join(words), done.returncode == 0, done.stderr)
        found = json.loads(done.stdout)["scenarios"] if done.returncode == 0 else []
        check("converges: " + " ".join(words), all(scenario["converged"] for scenario in found))
        answers[tuple(words)] = {scenario["id"]: scenario for scenario in found}
    return answers[tuple(words)]


def words_of(folder, row):
    words = [folder, "--model", row["model"]]
    for setting in row["settings"].split():
        words += ["--set", setting]
    shocks = os.path.join(folder, "shocks.csv")
    return words + (["--scenarios", shocks] if os.path.exists(shocks) else [])


# ---- what follows from the outputs -----------------------------------------------------------------------------------

def values_of(scenario, output):
    return {entity["id"]: float(entity[output]) for entity in scenario["entities"]}


def balance(folder, scenario):
    """Assets less debts of an unshocked network, not floored at 0."""
    paid, kept, debts = values_of(scenario, "payment"), values_of(scenario, "equity"), read(folder, "liabilities.csv")
    result = {row["id"]: float(row["external_assets"]) for row in read(folder, "entities.csv")}
    for rank in sorted({row.get("seniority", "0") for row in debts}):
        for debtor in result:
            ranked = [row for row in debts if row["debtor"] == debtor and row.get("seniority", "0") == rank]
            owed = sum(float(row["amount"]) for row in ranked)
            now = min(owed, paid[debtor])
            paid[debtor] -= now
            result[debtor] -= owed
            for row in ranked:
                result[row["creditor"]] += float(row["amount"]) * now / owed
    for row in optional(folder, "shareholdings.csv"):
        result[row["holder"]] += float(row["share"]) * kept[row["issuer"]]
    return result


def shocks_of(folder, scenario):
    """The value of the last row of each entity, 0 without one."""
    value = {row["id"]: 0.0 for row in read(folder, "entities.csv")}
    for row in read(folder, "shocks.csv"):
        if row["scenario"] == scenario:
            for target in value if row["target"] == "*" else [row["target"]]:
                value[target] = float(row["value"])
    return value


def additional_stress(folder, scenario):
    first, last = shocks_of(folder, scenario["id"]), values_of(scenario, "distress")
    weight = {row["id"]: float(row["weight"]) for row in read(folder, "entities.csv")}
    return {"*": sum(weight[i] * (last[i] - first[i]) for i in weight) / sum(weight.values())}


def additional_defaults(folder, scenario):
    return {"*": scenario["default_count"] - sum(h >= 1 for h in shocks_of(folder, scenario["id"]).values())}


DERIVED = {"balance": balance, "additional-stress": additional_stress, "additional-defaults": additional_defaults,
           "system-loss": lambda folder, scenario: {"*": scenario["system_loss"]}}


def got_for(folder, row):
    scenario = run(words_of(folder, row)).get(row["scenario"])
    if scenario is None:
        return math.nan
    if row["output"] in DERIVED:
        return DERIVED[row["output"]](folder, scenario).get(row["entity"], math.nan)
    return values_of(scenario, row["output"]).get(row["entity"], math.nan)
