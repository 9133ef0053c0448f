"""loopstress explain: one scenario as a chain of causes; every figure against runs that a user could make by hand."""
import json
import os

import harness
from harness import answer, banks, draws, expect, words, write

LOOP = os.path.join(harness.SOURCE, "datasets", "ai-loop")
MONTE_CARLO = os.path.join(LOOP, "scenarios", "monte-carlo.yaml")
COSTLY = ("--set", "alpha=0.5", "--set", "beta=0.5")


def explain(results, scenario):
    return answer("explain", results, "--scenario", scenario)


def chain(folder):
    """a owes b owes c; a shock to a takes b along, and c loses without failing."""
    path = os.path.join(folder, "chain")
    os.makedirs(path, exist_ok=True)
    write(os.path.join(path, "entities.csv"), "id,external_assets,external_liabilities,cash\na,50,0,5\nb,20,5,0\nc,60,20,0\n")
    write(os.path.join(path, "liabilities.csv"), "debtor,creditor,amount\na,b,40\nb,c,30\n")
    shocks = write(os.path.join(folder, "shocks.csv"), "scenario,target,variable,value\nnothing,,,\nhit,a,external_assets_loss,0.9\n"
                   "hit,c,external_assets_loss,0.1\nforced,b,default,1\n")
    results = os.path.join(folder, "chain.h5")
    expect(0, "run", path, "--model", "rogers-veraart", *COSTLY, "--scenarios", shocks, "-o", results, "--quiet")
    return path, shocks, results


def run_rows(folder, path, rows, model="rogers-veraart", more=COSTLY):
    """The first scenario of a file of rows."""
    file = write(os.path.join(folder, "rows.csv"), "scenario,target,variable,value,quarter\n" + rows)
    return answer("run", path, "--model", model, *more, "--scenarios", file)["scenarios"][0]


def test_what_each_target_does_is_what_runs_without_and_with_it_alone_say(folder):
    path, _, results = chain(folder)
    told = explain(results, "hit")
    assert told["number"] == 1 and told["scenario"] == "hit" and told["system_loss"] == told["loss_gross"]
    assert [(s["target"], s["variable"], s["value"]) for s in told["shocks"]] == [
        ("a", "external_assets_loss", 0.9), ("c", "external_assets_loss", 0.1)]
    only = {name: run_rows(folder, path, f"x,{name},external_assets_loss,{value},0\n")["loss_gross"]
            for name, value in (("a", 0.9), ("c", 0.1))}
    by = {target["name"]: target for target in told["targets"]}
    assert by["a"]["loss_without"] == by["c"]["loss_alone"] == only["c"]
    assert by["c"]["loss_without"] == by["a"]["loss_alone"] == only["a"]
    assert by["a"]["loss_averted"] == told["system_loss"] - only["c"]


def test_who_failed_in_the_order_of_the_chain_and_what_a_buffer_would_have_done(folder):
    path, shocks, results = chain(folder)
    told = explain(results, "hit")
    assert told["failed_in_order"] == ["a", "b"] and told["default_count"] == 2
    for rescue in told["kept_whole"]:
        for share, fails in ((1, False), (1 - 3e-6, True)):
            edits = write(os.path.join(folder, "edits.yaml"),
                          f"edits: [{{table: entities, where: {{id: {rescue['id']}}}, column: cash, add: {rescue['buffer'] * share!r}}}]")
            case = answer("whatif", path, "--edits", edits, "--model", "rogers-veraart", *COSTLY, "--scenarios", shocks)
            loss = case["cases"][0]["scenarios"][1]["loss"]
            if not fails:
                own = next(e["loss"] for e in told["entities"] if e["id"] == rescue["id"])
                averted = sum(other["loss_averted"] for other in rescue["others"])
                assert abs(rescue["loss_averted_to_others"] - averted) < 1e-12 * averted
                kept = loss
            else:
                assert loss > kept + 1, (rescue["id"], loss, kept)  # it fails again, and takes half of itself along
        assert own > 0
    first = told["kept_whole"][0]
    assert first["id"] == "a" and {other["id"]: other["default_averted"] for other in first["others"]} == {"b": True, "c": False}


def test_what_was_forced_is_told_and_no_buffer_is_sought(folder):
    _, _, results = chain(folder)
    told = explain(results, "forced")
    assert told["failed_in_order"] == ["b"] and told["kept_whole"] == []
    assert next(e for e in told["entities"] if e["id"] == "b")["forced"] is True
    assert "b (made to fail)" in expect(0, "explain", results, "--scenario", "forced").stdout


def test_a_scenario_without_shock_has_nothing_to_tell(folder):
    _, _, results = chain(folder)
    told = explain(results, 0)
    assert told["shocks"] == told["targets"] == told["failed_in_order"] == [] and told["system_loss"] == 0
    assert "nobody lost anything" in expect(0, "explain", results, "--scenario", "nothing").stdout


def test_a_drawn_scenario_is_told_with_the_shocks_it_had(folder):
    banks(folder)
    draws(folder, 5000)
    expect(0, *words(folder))
    told = explain(os.path.join(folder, "r.h5"), 4711)
    rows = "".join(f"x,{s['target']},{s['variable']},{s['value']!r},{s['quarter']}\n" for s in told["shocks"])
    again = run_rows(folder, os.path.join(folder, "banks"), rows, "eisenberg-noe", ())
    assert again["loss_gross"] == told["loss_gross"] and again["loss_net"] == told["loss_net"]
    expect(0, "export", os.path.join(folder, "r.h5"), "--format", "csv", "-o", os.path.join(folder, "t"), "--quiet")
    with open(os.path.join(folder, "t", "scenarios.csv"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split(",") for line in file if line[0] != "#"]
    column = lines[0].index("loss_gross")
    losses = [float(line[column]) for line in lines[1:]]
    assert losses[4711] == told["loss_gross"]
    assert told["scenarios_that_lose_no_more"] == sum(loss <= told["loss_gross"] for loss in losses)
    for entity in told["entities"]:
        assert abs(sum(entity["lines"].values()) - entity["loss"]) <= 1e-12 * 100, entity  # rounding of amounts up to 100


def test_the_loop_is_told_by_cause_quarter_and_buffer(folder):
    results = os.path.join(folder, "loop.h5")
    expect(0, "run", os.path.join(LOOP, "2026-08"), "--model", "loop", "--scenarios", MONTE_CARLO, "--count", 4096, "--draws", 1,
           "--keep", "worst:1", "-o", results, "--quiet")
    expect(0, "export", results, "--format", "json", "-o", os.path.join(folder, "j"), "--quiet")
    with open(os.path.join(folder, "j", "results.json"), encoding="utf-8") as file:
        worst = json.load(file)["scenarios"][0]
    told = explain(results, worst["id"])
    assert told["scenarios_that_lose_no_more"] == 4096 and told["loss_gross"] == worst["loss_gross"]
    quarter = {e["id"]: e["default_quarter"] for e in worst["entities"]}
    order = [quarter[name] for name in told["failed_in_order"]]
    assert order == sorted(order) and len(order) == sum(q >= 0 for q in quarter.values()) > 2
    for entity, kept in zip(told["entities"], worst["entities"]):
        assert entity["loss"] == kept["loss"] and entity["causes"] == kept["causes"], entity["id"]
    assert told["kept_whole"] and all(rescue["possible"] for rescue in told["kept_whole"])
    text = expect(0, "explain", results, "--scenario", worst["id"]).stdout
    assert "Who failed, in this order" in text and "kept whole by" in text


def test_draws_of_the_assumptions_are_told_without_buffers(folder):
    results = os.path.join(folder, "draws.h5")
    expect(0, "run", os.path.join(LOOP, "2026-08"), "--model", "loop", "--scenarios", MONTE_CARLO, "--count", 8192, "--draws", 2,
           "--keep", "worst:1", "-o", results, "--quiet")
    expect(0, "export", results, "--format", "csv", "-o", os.path.join(folder, "t"), "--quiet")
    with open(os.path.join(folder, "t", "kept.csv"), encoding="utf-8") as file:
        number = [line for line in file if line[0] != "#"][1].split(",")[0]
    told = explain(results, number)
    assert told["kept_whole_missing"] == "the run draws its assumptions" and told["failed_in_order"]
    assert "is not told" in expect(0, "explain", results, "--scenario", number).stdout


def test_what_it_refuses(folder):
    banks(folder)
    draws(folder, 8192)
    expect(0, *words(folder))
    results = os.path.join(folder, "r.h5")
    assert "--scenario" in expect(64, "explain", results).stderr
    for scenario in ("8192", "-1", "worst", "1.5", ""):
        done = expect(64, "explain", results, "--scenario", scenario)
        assert scenario == "" or "numbers 0 to 8191" in done.stderr, done.stderr
    expect(0, *words(folder, "part.h5", ["--shard", "0/2"]))
    assert "merge the parts" in expect(78, "explain", os.path.join(folder, "part.h5"), "--scenario", 1).stderr
    expect(66, "explain", os.path.join(folder, "none.h5"), "--scenario", 1)


harness.main(globals())
