"""loopstress whatif: edited networks beside the one that is, over the same random scenarios, and the search for buffers."""
import csv
import math
import os
import random

import harness
from harness import answer, banks, draws, expect, write

LOOP = os.path.join(harness.SOURCE, "datasets", "ai-loop")
MONTE_CARLO = os.path.join(LOOP, "scenarios", "monte-carlo.yaml")


def edits(folder, text, name="edits.yaml"):
    return write(os.path.join(folder, name), text)


def job(folder, text, count=3000, model="eisenberg-noe", more=()):
    """The words behind `whatif` on the three banks."""
    return ["whatif", banks(folder), "--edits", edits(folder, text), "--model", model, "--scenarios", draws(folder, count), "--backend",
            "cpu", *more]


MILD = "count: {count}\nseed: 7\nfactors: [{{name: market}}]\nloadings: [{{target: '*', factor: market, value: 0.5}}]\n" \
       "marginals: [{{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.12, sd: 0.06}}]\n"
COSTLY = ("--set", "alpha=0.5", "--set", "beta=0.5", "--set", "loss=net")
"""Defaults that destroy value, as all outside lose it: only then are buffers good for the whole."""


def sound(folder, text, count):
    """The words behind `whatif` on banks that live without shock, where failing costs half of what is there."""
    words = job(folder, text, count, "rogers-veraart", COSTLY)
    write(os.path.join(folder, "banks", "entities.csv"), "id,external_assets,external_liabilities\na,100,60\nb,75,40\nc,80,50\n")
    write(os.path.join(folder, "draws.yaml"), MILD.format(count=count))
    return words


def losses(folder, path, scenarios, name):
    """The system's loss by scenario of a plain run, as the export writes it."""
    results, tables = os.path.join(folder, name + ".h5"), os.path.join(folder, name + ".tables")
    expect(0, "run", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "-o", results, "--quiet")
    expect(0, "export", results, "--format", "csv", "-o", tables, "--quiet")
    with open(os.path.join(tables, "scenarios.csv"), encoding="utf-8") as file:
        return [float(row["loss_gross"]) for row in csv.DictReader(line for line in file if not line.startswith("#"))]


def test_an_edited_network_is_the_network_that_a_folder_with_the_edits_would_be(folder):
    told = answer(*job(folder, "edits:\n- {table: entities, where: {id: b}, column: external_assets, add: 12.5}\n"
                       "- {table: liabilities, where: {debtor: b, creditor: c}, column: amount, scale: 0.5}\n"
                       "- {table: liabilities, where: {debtor: a}, remove: true}\n"
                       "- {table: liabilities, insert: {debtor: c, creditor: b, amount: 4}}\n"))
    other = os.path.join(folder, "other")
    os.makedirs(other)
    write(os.path.join(other, "entities.csv"), "id,sector,external_assets,external_liabilities\na,x,100,60\nb,x,62.5,40\nc,y,80,50\n")
    write(os.path.join(other, "liabilities.csv"), "debtor,creditor,amount\nb,c,15\nc,a,10\nc,b,4\n")
    scenarios = os.path.join(folder, "draws.yaml")
    base, here = losses(folder, os.path.join(folder, "banks"), scenarios, "base"), losses(folder, other, scenarios, "here")
    case = told["cases"][0]
    count = len(base)
    difference = [b - a for a, b in zip(base, here)]
    mean = sum(difference) / count
    error = math.sqrt(sum((d - mean) ** 2 for d in difference) / (count - 1) / count)
    assert case["changes"] == 4 and case["name"] == "edited"
    assert abs(case["loss_mean"] - sum(here) / count) <= 1e-12 * sum(here) / count  # sums of 3,000 roundings
    assert abs(case["loss_mean_difference"] - mean) <= 1e-11 * abs(mean)
    assert abs(case["loss_mean_difference_se"] - error) <= 1e-9 * error
    run = answer("run", other, "--model", "eisenberg-noe", "--scenarios", scenarios)
    for level in ("0.95", "0.99", "0.999"):
        assert case["es"][level]["value"] == run["system"]["es"][level]["value"]
    assert [e["default_probability"] for e in run["entities"]] == [
        round(e["default_probability"] * count) / count for e in case["entities"]]


def test_the_difference_of_es_has_the_error_of_pairs(folder):
    """Over 40 seeds the differences scatter as the error says: chi-square of 39 with 5 standard deviations either way."""
    words = job(folder, "edits:\n- {table: entities, where: {}, column: cash, add: 3}\n", 1500, "rogers-veraart", COSTLY)
    values, errors = [], []
    for seed in range(40):
        told = answer(*words, "--seed", seed)["cases"][0]["es"]["0.95"]
        values.append(told["difference"])
        errors.append(told["difference_se"])
    mean = sum(values) / 40
    ratio = sum((v - mean) ** 2 for v in values) / 39 / (sum(e * e for e in errors) / 40)
    assert abs(ratio - 1) < 5 * math.sqrt(2 / 39), ratio


def test_nothing_changed_is_nothing_differs(folder):
    case = answer(*job(folder, "edits:\n- {table: entities, where: {id: a}, column: external_assets, set: 100}\n"))["cases"][0]
    assert case["changes"] == 0
    assert case["loss_mean_difference"] == 0 and case["loss_mean_difference_se"] == 0
    assert all(e["default_probability_difference"] == 0 and e["loss_mean_difference"] == 0 for e in case["entities"])


def test_cases_and_settings(folder):
    text = ("cases:\n- name: half recovered\n  settings: {alpha: 0.5, beta: 0.5}\n"
            "- name: richer\n  edits: [{table: entities, where: {sector: x}, column: cash, add: 10}]\n")
    told = answer(*job(folder, text, model="rogers-veraart", more=("--set", "loss=net")))
    assert [c["name"] for c in told["cases"]] == ["half recovered", "richer"]
    assert told["cases"][0]["loss_mean_difference"] > 10 * told["cases"][0]["loss_mean_difference_se"]
    plain = answer("run", banks(folder), "--model", "rogers-veraart", "--set", "alpha=0.5", "--set", "beta=0.5", "--set", "loss=net",
                   "--scenarios", os.path.join(folder, "draws.yaml"))
    assert told["cases"][0]["es"]["0.99"]["value"] == plain["system"]["es"]["0.99"]["value"]
    assert told["cases"][1]["changes"] == 2
    table = expect(0, *job(folder, text, model="rogers-veraart")).stdout
    assert "half recovered" in table and "richer" in table and "difference" in table


def test_given_scenarios_are_told_one_by_one(folder):
    scenarios = write(os.path.join(folder, "two.csv"), "scenario,target,variable,value\nhit,b,external_assets_loss,0.5\nnone,,,\n")
    words = ["whatif", banks(folder), "--edits", edits(folder, "edits: [{table: entities, where: {id: b}, column: cash, add: 5}]"),
             "--model", "eisenberg-noe", "--scenarios", scenarios]
    told = answer(*words)
    hit = told["cases"][0]["scenarios"][0]
    run = answer("run", os.path.join(folder, "banks"), "--model", "eisenberg-noe", "--scenarios", scenarios)
    assert told["base"]["scenarios"][0] == {"id": "hit", "loss": run["scenarios"][0]["loss_gross"]}
    assert hit["loss_difference"] == hit["loss"] - told["base"]["scenarios"][0]["loss"] != 0
    assert "loss_mean" not in told["cases"][0]
    assert "hit" in expect(0, *words).stdout


def test_the_edits_of_the_november_deal_make_the_networks_of_the_variants(folder):
    told = answer("whatif", os.path.join(LOOP, "2026-08"), "--edits", os.path.join(LOOP, "edits", "november-deal.yaml"), "--model",
                  "loop", "--scenarios", MONTE_CARLO, "--count", 4096)
    for case, variant in zip(told["cases"], ("without-november-deal", "november-deal-by-others")):
        run = answer("run", os.path.join(LOOP, "variants", variant), "--model", "loop", "--scenarios", MONTE_CARLO, "--count", 4096,
                     "--draws", 1)
        # The variant draws the shocks of its own rows; the edited network those of the network as it is. Without shock they agree.
        value = sum(entity["baseline_value"] for entity in run["entities"])
        assert abs(case["baseline_value"] - value) <= 1e-12 * value, variant
        assert abs(case["loss_mean"] - run["system"]["loss_mean"]) < 5 * run["system"]["loss_mean_se"], variant
    assert told["cases"][0]["loss_mean_difference"] < -5 * told["cases"][0]["loss_mean_difference_se"]
    assert told["cases"][0]["changes"] == 49


def test_pairs_keep_their_draws_when_rows_before_them_go(folder):
    """Gates are drawn by the row of their pledge: with a pledge before it removed, a pledge keeps its draws."""
    tables = {
        "entities.csv": "id,cash,opex,distress_threshold,distress_cost\na,20,0,0,0\nb,20,0,0,0\nlab,2,3,0,0\n",
        "pledges.csv": "investor,recipient,amount,per_quarter\na,lab,4,1\nb,lab,8,2\n",
        "paths.csv": "target,variable,quarter,value\nlab,demand_planned,0,2\nlab,multiple,0,4\n",
        "loop.yaml": "quarters: 4\n",
    }
    path = os.path.join(folder, "small")
    os.makedirs(path)
    for name, text in tables.items():
        write(os.path.join(path, name), text)
    gates = write(os.path.join(folder, "gates.yaml"), "count: 500\nseed: 3\nmarginals:\n"
                  "  - {variable: gate, target: 'b>lab', distribution: beta, mean: 0.5, sd: 0.2, quarter: 1}\n")
    words = ["whatif", path, "--model", "loop", "--scenarios", gates]
    gone = answer(*words, "--edits", edits(folder, "edits: [{table: pledges, where: {investor: a}, remove: true}]"))["cases"][0]
    none = answer(*words, "--edits", edits(folder, "edits: [{table: pledges, where: {investor: a}, column: amount, set: 0},"
                                           "{table: pledges, where: {investor: a}, column: per_quarter, set: 0}]"))["cases"][0]
    assert gone["loss_mean"] == none["loss_mean"] and gone["loss_mean"] != 0
    assert gone["loss_mean_difference_se"] == none["loss_mean_difference_se"]


def test_a_search_reaches_the_limit_and_each_step_is_the_best_there_is(folder):
    search = "search: {limit: 80, level: 0.99, table: entities, where: {}, column: cash, step: 3, most: 12}\n"
    words = sound(folder, search, 2000)
    told = answer(*words)["search"]
    assert told["reached"] and told["es_after"] <= 80 < told["es_before"] and told["candidates"] == 3
    kept = [step["row"] for step in told["steps"] if not step["taken_back"]]
    assert told["cost"] == 3 * len(kept) and len(kept) >= 3
    lines = "".join(f"- {{table: entities, where: {{id: {row}}}, column: cash, add: 3}}\n" for row in kept)
    case = answer(*sound(folder, "edits:\n" + lines, 2000))["cases"][0]
    assert abs(case["es"]["0.99"]["value"] - told["es_after"]) <= 1e-12 * told["es_after"]
    first, values = told["steps"][0], {}
    for row in "abc":
        one = answer(*sound(folder, f"edits: [{{table: entities, where: {{id: {row}}}, column: cash, add: 3}}]\n", 2000))
        values[row] = one["cases"][0]["es"]["0.99"]["value"]
        if row == first["row"]:
            assert one["cases"][0]["es"]["0.99"]["difference_se"] == first["difference_se"]
    assert sorted(values.values())[:2] == [first["es"], first["es_of_next_best"]] and values[first["row"]] == first["es"]
    assert "Reached" in expect(0, *sound(folder, search, 2000)).stdout


def test_a_search_that_cannot_reach_says_so(folder):
    told = answer(*sound(folder, "search: {limit: 1, table: entities, where: {id: b}, column: cash, step: 3, most: 2}\n", 2000))
    assert not told["search"]["reached"] and len(told["search"]["steps"]) == 2
    assert told["search"]["es_after"] < told["search"]["es_before"]
    none = answer(*sound(folder, "search: {limit: 1, table: entities, where: {id: c}, column: cash, step: 1, most: 2}\n", 2000))
    assert none["search"]["steps"] == [] and none["search"]["es_after"] == none["search"]["es_before"]  # c never fails


FAULTS = [
    ("edits: [{table: entity, where: {}, column: cash, add: 1}]", 65, "edits.yaml:1: table is 'entity', must be one of"),
    ("edits: [{table: entities, where: {}, column: cush, add: 1}]", 65, "entities.csv has no column 'cush', did you mean 'cash'?"),
    ("edits: [{table: entities, where: {ids: a}, column: cash, add: 1}]", 65, "has no column 'ids', did you mean 'id'?"),
    ("edits: [{table: entities, where: {id: z}, column: cash, add: 1}]", 78, "no row is as 'where' says in entities.csv"),
    ("edits: [{table: trade, where: {}, remove: true}]", 78, "the network has no table trade.csv"),
    ("edits: [{table: entities, where: {id: a}, remove: true}]", 65, "rows of entities.csv can neither be removed nor inserted"),
    ("edits: [{table: entities, insert: {id: d}}]", 65, "rows of entities.csv can neither be removed nor inserted"),
    ("edits: [{table: entities, where: {id: a}, column: id, set: d}]", 65, "id names the rows of entities.csv and cannot be changed"),
    ("edits: [{table: entities, where: {id: a}, column: sector, add: 1}]", 65, "sector is a text, must be set"),
    ("edits: [{table: entities, where: {id: a}, column: cash, add: much}]", 65, "add is 'much', must be"),
    ("edits: [{table: entities, where: {id: a}, column: equity, add: 1}]", 65, "equity of 'a' in entities.csv is not given"),
    ("edits: [{table: entities, where: {id: a}, column: cash}]", 65, "must have exactly one of set, add and scale"),
    ("edits: [{table: entities, where: {id: a}}]", 65, "must have exactly one of remove, insert and column"),
    ("edits: [{table: entities, column: cash, add: 1}]", 65, "key 'where' is missing"),
    ("edits: [{table: entities, where: {id: a}, column: cash, add: -1}]", 65, "entities.csv:2: cash of 'a' is -1, must be >= 0"),
    ("edits: [{table: liabilities, insert: {debtor: a, creditor: z, amount: 1}}]", 65, "creditor 'z' is not in entities.csv"),
    ("edits: [{table: liabilities, insert: {debtor: a, creditor: c}}]", 65, "column 'amount' of liabilities.csv is missing"),
    ("edits: [{table: liabilities, insert: {debtor: a, creditor: b, amount: 1}}]", 65, "liabilities.csv"),
    ("edits: [{table: liabilities, insert: {debtor: a, creditor: a, amount: 1}}]", 65, "liabilities.csv"),
    ("cases: [{name: x, settings: {alpha: 0.5}}]", 64, "alpha"),
    ("cases: [{name: x, edits: []}, {name: x, edits: []}]", 65, "case 'x' stands twice"),
    ("cases: [{edits: []}]", 65, "name is missing"),
    ("cases: []\nedits: []", 65, "must be one or the other"),
    ("search: {limit: 1, table: entities, where: {}, column: cash, step: 0}", 65, "step is 0, must be above 0"),
    ("search: {limit: 1, table: entities, where: {}, column: sector, step: 1}", 65, "sector is a text, must be an amount"),
    ("search: {limit: 1, table: entities, where: {}, column: cash, step: 1, level: 0.9}", 65, "level is '0.9', must be one of"),
    ("wish: []", 65, "unknown key 'wish'"),
    ("", 65, "has no cases, no edits, no settings and no search"),
    ("edits: [", 65, "edits.yaml"),
]


def test_faults_name_the_line_the_thing_and_the_rule(folder):
    for text, code, words in FAULTS:
        done = expect(code, *job(folder, text, 100))
        assert words in done.stderr, (text, done.stderr)
        assert done.stdout == "", text


def test_what_it_refuses(folder):
    fine = "edits: [{table: entities, where: {id: a}, column: cash, add: 1}]"
    words = job(folder, fine, 100)
    assert "--edits" in expect(64, "whatif", os.path.join(folder, "banks"), "--model", "eisenberg-noe").stderr
    assert expect(66, *words, "--edits", os.path.join(folder, "none.yaml")).stderr != ""
    draws(folder, 8192, "assumption_draws: 2", "many.yaml")
    assert "assumption_draws" in expect(78, *words, "--scenarios", os.path.join(folder, "many.yaml")).stderr
    draws(folder, 100, "replay: [1]", "replay.yaml")
    assert "replay" in expect(78, *words, "--scenarios", os.path.join(folder, "replay.yaml")).stderr


def test_the_answer_is_the_same_for_threads_chunks_and_engines(folder):
    text = "edits: [{table: entities, where: {id: b}, column: external_assets, add: 9}]\n"
    first = expect(0, *job(folder, text, 5000, more=("--json", "--quiet", "--threads", "1"))).stdout
    generator = random.Random(5)
    for engine in ("push", "tile", "sweep"):
        more = ("--json", "--quiet", "--threads", "2", "--engine", engine, "--chunk", str(generator.randrange(1, 900)))
        assert expect(0, *job(folder, text, 5000, more=more)).stdout == first, engine


harness.main(globals())
