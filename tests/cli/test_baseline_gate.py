"""loopstress check on networks of the loop model: what it tells of the baseline gate, by which exit codes, and that its
draws are those of a run."""
import os

import harness
from harness import SOURCE, Skip, answer, call, expect, write

LOOP = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")


def firms(folder, revenue=106, cash=10):
    """a sells for 106, spends 97 and builds for 3 at b; b begins with `cash`, sells for 3 and spends 4 a quarter."""
    write(os.path.join(folder, "entities.csv"),
          f"id,cash,opex,capacity,quarter_revenue\na,10,97,0,{revenue}\nb,{cash},4,10,\n")
    write(os.path.join(folder, "purchases.csv"), "buyer,seller,backlog,per_quarter,capex_share\na,b,100,3,1\n")
    write(os.path.join(folder, "paths.csv"), "target,variable,quarter,value\na,demand_planned,0,106\n")
    write(os.path.join(folder, "loop.yaml"), "quarters: 4\n")
    return folder


def verdict(done):
    """The verdict, with its reasons, in the text that check prints."""
    return done.stdout.split("Baseline gate: ")[1].split("\n\n")[0]


def test_a_gate_that_is_not_passed_fails_under_strict_alone(folder):
    assert verdict(expect(0, "check", firms(folder), "--strict")) == "passes"
    firms(folder, revenue=100, cash=1)
    reasons = "does not pass:\n  revenue of a is +6.0% off; b defaults in quarter 1"
    assert verdict(expect(0, "check", folder)) == reasons
    assert verdict(expect(1, "check", folder, "--strict")) == reasons
    expect(1, "check", folder, "--strict", "--json")


def test_json_tells_every_entity_and_figure(folder):
    gate = answer("check", firms(folder, revenue=100, cash=1))["baseline_gate"]
    assert gate["passes"] is False and gate["converged"] is True and gate["quarters"] == 4 and gate["draws"] == 0
    events = [(e["id"], e["default_quarter"], e["distress_quarter"]) for e in gate["entities"]]
    assert events == [("a", -1, -1), ("b", 1, -1)], events
    a = gate["entities"][0]
    assert a["revenue"] == {"model": 106, "reported": 100, "deviation": 0.06, "limit": 0.05, "within": False}, a
    assert a["capex"] == {"model": 3, "reported": None, "deviation": None, "limit": 0.1, "within": None}, a
    assert a["cash_change"]["model"] == 6 and a["cash_change"]["reported"] is None and a["fail_share"] is None, a
    network = os.path.join(folder, "n.h5")
    expect(0, "import", folder, "-o", network)
    assert answer("check", network)["baseline_gate"] == gate


def test_networks_of_other_models_are_told_as_before(folder):
    bank = harness.banks(folder)
    assert "baseline_gate" not in answer("check", bank) and "aseline" not in expect(0, "check", bank).stdout


def test_draws_are_those_of_a_run_with_the_seed(folder):
    if not os.path.isdir(LOOP):
        raise Skip("the data set is not there")
    draws, path = 24, os.path.join(folder, "draws.yaml")
    marginal = "{variable: demand, target: openai, distribution: normal, mean: 1, sd: 0.1}"
    write(path, f"count: {draws * 4096}\nseed: 9\nassumption_draws: {draws}\nmarginals: [{marginal}]\n")
    run = answer("run", LOOP, "--model", "loop", "--backend", "cpu", "--scenarios", path)["draws"]
    gate = answer("check", LOOP, "--draws", draws, "--seed", 9)["baseline_gate"]
    shares = {e["id"]: e["fail_share"] for e in gate["entities"]}
    assert shares == {e["id"]: e["share"] for e in run["baseline_gate"]} and max(shares.values()) > 0, shares
    assert gate["redrawn"] == run["redrawn"] and gate["draws"] == draws
    failed = [round(draws * share) for share in shares.values()]
    assert max(failed) <= round(draws * gate["fail_share"]) <= min(draws, sum(failed)), (failed, gate["fail_share"])
    assert "fails: share of 24 draws" in expect(0, "check", LOOP, "--draws", draws).stdout


def test_draws_that_cannot_be_are_refused(folder):
    assert "draws must be 0 or 1" in expect(78, "check", firms(folder), "--draws", 2).stderr
    assert "at least 1" in expect(64, "check", folder, "--draws", 0).stderr
    assert "within 0 and 10000" in expect(64, "check", folder, "--draws", 10001).stderr
    assert "share of A draws" in call("check", "--help").stdout


harness.main(globals())
