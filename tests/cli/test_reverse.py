"""loopstress reverse: the smallest shocks that reach a loss or a default: against closed forms, and run again bit for bit."""
import csv
import math
import os
from statistics import NormalDist

import harness
from harness import answer, banks, draws, expect, write

LOOP = os.path.join(harness.SOURCE, "datasets", "ai-loop")


def network(folder, entities, liabilities="debtor,creditor,amount\n", name="net"):
    path = os.path.join(folder, name)
    os.makedirs(path, exist_ok=True)
    write(os.path.join(path, "entities.csv"), entities)
    write(os.path.join(path, "liabilities.csv"), liabilities)
    return path


# ---- random scenarios: distances from the centre ------------------------------------------------------------------------------

NORMAL = ("count: 100\nseed: 1\nfactors: [{{name: market}}, {{name: rates}}]\ncorrelations: [{{a: market, b: rates, value: {rho}}}]\n"
          "loadings: [{loadings}]\nmarginals:\n"
          "  - {{variable: external_assets_loss, target: a, distribution: normal, mean: 0.3, sd: 0.02}}\n"
          "  - {{variable: external_assets_loss, target: b, distribution: normal, mean: 0.4, sd: 0.03}}\n")


def correlation(loading_a, loading_b, rho):
    (a, b), (c, d) = loading_a, loading_b
    return a * c + b * d + rho * (a * d + b * c)


def test_a_loss_that_is_normal_is_reached_at_its_own_quantile(folder):
    """Two banks that owe nobody: the loss is 100 x (0.3 + 0.02 x_a) + 200 x (0.4 + 0.03 x_b), normal whatever the factors; the point
    nearest to the centre with loss m + beta s is at distance beta. The marginals are cut off far away (0 and 1), which moves
    their quantiles by less than 1e-9 here."""
    path = network(folder, "id,external_assets\na,100\nb,200\n")
    for rho, a, b in ((0, (0.6, 0.2), (0.3, -0.5)), (0.5, (0.7, 0), (0.4, 0.5))):
        loadings = ", ".join(f"{{target: {name}, factor: {factor}, value: {value}}}" for name, pair in (("a", a), ("b", b))
                             for factor, value in zip(("market", "rates"), pair) if value != 0)
        scenarios = write(os.path.join(folder, "normal.yaml"), NORMAL.format(rho=rho, loadings=loadings))
        deviation = math.sqrt(2 ** 2 + 6 ** 2 + 2 * 2 * 6 * correlation(a, b, rho))
        for beta in (0.5, 2, 3.5):
            told = answer("reverse", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--target-loss", 110 + beta * deviation)
            best = told["solutions"][0]
            assert told["size_is"] == "standard deviations"
            assert abs(best["size"] - beta) < 2e-6 * beta, (rho, beta, best["size"])
            assert abs(best["loss"] - 110 - beta * deviation) < 1e-6
            assert best["loss_below"] <= 110 + beta * deviation <= best["loss"]
            assert abs(best["first_order_probability"] - NormalDist().cdf(-best["size"])) < 1e-12
            assert abs(best["log_density_ratio"] + best["size"] ** 2 / 2) < 1e-12


def test_the_first_order_probability_is_what_drawing_finds(folder):
    path = network(folder, "id,external_assets\na,100\nb,200\n")
    scenarios = write(os.path.join(folder, "normal.yaml"),
                      NORMAL.format(rho=0.2, loadings="{target: '*', factor: market, value: 0.5}"))
    count, target = 400000, 120
    told = answer("reverse", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--target-loss", target)["solutions"][0]
    results, tables = os.path.join(folder, "r.h5"), os.path.join(folder, "tables")
    expect(0, "run", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--count", count, "-o", results, "--quiet")
    expect(0, "export", results, "--format", "csv", "-o", tables, "--quiet")
    with open(os.path.join(tables, "scenarios.csv"), encoding="utf-8") as file:
        share = sum(float(row["loss_gross"]) >= target for row in csv.DictReader(line for line in file if line[0] != "#")) / count
    p = told["first_order_probability"]
    assert abs(share - p) < 5 * math.sqrt(p * (1 - p) / count), (share, p)


def test_a_default_is_reached_where_equity_ends(folder):
    """One bank, its own normal shock: default where 100 x loss > 35, at (0.35 - 0.3) / 0.02 = 2.5 standard deviations."""
    path = network(folder, "id,external_assets,external_liabilities\na,100,65\n")
    scenarios = write(os.path.join(folder, "one.yaml"), "count: 9\nseed: 1\nmarginals:\n  - {variable: external_assets_loss, target: a, "
                      "distribution: normal, mean: 0.3, sd: 0.02}\n")
    told = answer("reverse", path, "--model", "eisenberg-noe", "--scenarios", scenarios, "--target-default", "a")
    assert told["target"] == {"kind": "default", "entity": "a"}
    assert abs(told["solutions"][0]["size"] - 2.5) < 1e-6
    assert abs(told["solutions"][0]["money"] - 35) < 1e-6


# ---- shares: amounts --------------------------------------------------------------------------------------------------------


def test_without_scenarios_the_cheapest_shock_is_found(folder):
    """b owes c 60 and is left with 10 of equity: 1 more of loss costs c 1 too. The cheapest way to lose 30 in all is b alone: the
    first 10 are its own, then each 1 is lost by c alone (b has nothing left): 30 at a cost of 30. With a cost of failing (alpha =
    beta = 0.5) b's failure at a cost of 10 takes far more along."""
    path = network(folder, "id,external_assets,external_liabilities\na,100,50\nb,100,30\nc,20,10\n", "debtor,creditor,amount\nb,c,60\n")
    plain = answer("reverse", path, "--model", "eisenberg-noe", "--target-loss", 30)
    assert plain["size_is"] == "currency" and abs(plain["solutions"][0]["size"] - 30) < 3e-8
    costly = answer("reverse", path, "--model", "rogers-veraart", "--set", "alpha=0.5", "--set", "beta=0.5", "--target-loss", 30)
    best = costly["solutions"][0]
    assert abs(best["size"] - 10) < 1e-6 and abs(best["money"] - 10) < 1e-6, best
    assert [(s["target"], s["variable"]) for s in best["shocks"]] == [("b", "external_assets_loss")]
    assert best["loss"] > 30 and best["loss"] - best["loss_below"] > 20  # a jump: nothing in between


def test_the_search_is_no_worse_than_every_single_and_every_pair_of_shares(folder):
    """By brute force on a grid: no shock of one or two targets costs less."""
    path = banks(folder)
    words = ["--model", "rogers-veraart", "--set", "alpha=0.6", "--set", "beta=0.6"]
    target = 60
    told = answer("reverse", path, *words, "--target-loss", target)["solutions"][0]
    value = {"a": 100, "b": 50, "c": 80}
    grid = [k / 40 for k in range(41)]
    rows = ["scenario,target,variable,value"]
    costs = []
    for x, y in (("a", "b"), ("b", "c"), ("a", "c")):
        for s in grid:
            for t in grid:
                name = f"{x}{s}{y}{t}"
                costs.append(s * value[x] + t * value[y])
                rows += [f"{name},{x},external_assets_loss,{s}", f"{name},{y},external_assets_loss,{t}"]
    file = write(os.path.join(folder, "grid.csv"), "\n".join(rows) + "\n")
    results, tables = os.path.join(folder, "g.h5"), os.path.join(folder, "g")
    expect(0, "run", path, *words, "--scenarios", file, "-o", results, "--quiet")
    expect(0, "export", results, "--format", "csv", "-o", tables, "--quiet")
    with open(os.path.join(tables, "scenarios.csv"), encoding="utf-8") as handle:
        found = [costs[int(row["scenario"])] for row in csv.DictReader(line for line in handle if line[0] != "#")
                 if float(row["loss_gross"]) >= target]
    assert told["size"] <= min(found) + 1e-9, (told["size"], min(found))


# ---- run again --------------------------------------------------------------------------------------------------------------


def again(folder, path, words, told, output):
    run = answer("run", path, *words, "--scenarios", output)
    assert [s["id"] for s in run["scenarios"]] == [s["scenario"] for s in told["solutions"]]
    for solution, scenario in zip(told["solutions"], run["scenarios"]):
        assert solution["loss"] == scenario["loss_gross"], (solution["loss"], scenario["loss_gross"])


def test_solutions_run_again_bit_for_bit(folder):
    output = os.path.join(folder, "found.csv")
    path, words = banks(folder), ("--model", "eisenberg-noe")
    again(folder, path, words, answer("reverse", path, *words, "--target-loss", 70, "-o", output), output)
    scenarios = draws(folder, 100)
    told = answer("reverse", path, *words, "--scenarios", scenarios, "--target-loss", 70, "-o", output, "--force")
    again(folder, path, words, told, output)
    path, words = os.path.join(LOOP, "2026-08"), ("--model", "loop")
    told = answer("reverse", path, *words, "--scenarios", os.path.join(LOOP, "scenarios", "monte-carlo.yaml"), "--target-loss", 20000,
                  "--most", 2, "-o", output, "--force")
    again(folder, path, words, told, output)
    assert abs(told["solutions"][0]["loss"] - 20000) <= 2e-2  # 1e-6 of it
    told = answer("reverse", path, *words, "--scenarios", os.path.join(LOOP, "scenarios", "monte-carlo.yaml"), "--target-default",
                  "anthropic", "--most", 1, "-o", output, "--force")
    again(folder, path, words, told, output)
    entity = next(e for e in answer("run", path, *words, "--scenarios", output)["scenarios"][0]["entities"] if e["id"] == "anthropic")
    assert entity["default_quarter"] >= 0


def test_the_answer_is_the_same_for_threads_and_engines(folder):
    path = banks(folder)
    words = ["reverse", path, "--model", "eisenberg-noe", "--scenarios", draws(folder, 100), "--target-loss", 70, "--json", "--quiet"]
    first = expect(0, *words, "--threads", 1).stdout
    for engine in ("push", "tile", "sweep"):
        assert expect(0, *words, "--threads", 2, "--engine", engine, "--chunk", 37).stdout == first
    assert expect(0, *words, "--seed", 5).stdout != first  # other directions


def test_ids_that_csv_must_quote(folder):
    path = network(folder, 'id,external_assets,external_liabilities\n"Bank, North",100,20\n"say ""yes""",50,10\n',
                   'debtor,creditor,amount\n"Bank, North","say ""yes""",30\n')
    output = os.path.join(folder, "found.csv")
    again(folder, path, ("--model", "eisenberg-noe"), answer("reverse", path, "--model", "eisenberg-noe", "--target-loss", 60, "-o",
                                                             output), output)


# ---- what it says where there is nothing to find ----------------------------------------------------------------------------------


def test_targets_out_of_reach_and_targets_reached_already(folder):
    path = banks(folder)
    done = expect(1, "reverse", path, "--model", "eisenberg-noe", "--target-loss", 1e6, "--json", "--quiet")
    assert '"reached": false' in done.stdout or '"reached":false' in done.stdout
    assert "no shock that was tried reaches the target" in done.stderr
    text = expect(1, "reverse", path, "--model", "eisenberg-noe", "--target-loss", 1e6, "-o", os.path.join(folder, "none.csv")).stdout
    assert "None of the shocks" in text and not os.path.exists(os.path.join(folder, "none.csv"))
    told = answer("reverse", path, "--model", "eisenberg-noe", "--scenarios", draws(folder, 10), "--target-loss", 1)
    assert told["solutions"][0]["size"] == 0 and told["solutions"][0]["found_from"] == "nothing is needed"


def test_what_it_refuses(folder):
    path = banks(folder)
    words = ["reverse", path, "--model", "eisenberg-noe"]
    assert "--target-loss" in expect(64, *words).stderr
    assert "not both" in expect(64, *words, "--target-loss", 1, "--target-default", "a").stderr
    assert "target_loss" in expect(64, *words, "--target-loss", 0).stderr
    assert "'z'" in expect(78, *words, "--target-default", "z").stderr
    assert "world" in expect(78, *words, "--target-default", "world").stderr
    rows = write(os.path.join(folder, "rows.csv"), "scenario,target,variable,value\nx,a,external_assets_loss,0.5\n")
    assert "given one by one" in expect(78, *words, "--target-loss", 1, "--scenarios", rows).stderr
    assert "starts" in expect(64, *words, "--target-loss", 1, "--starts", 10001).stderr
    assert "--most" in expect(64, *words, "--target-loss", 1, "--most", 0).stderr
    loop = ["reverse", os.path.join(LOOP, "2026-08"), "--model", "loop", "--target-loss", 1]
    assert "random scenarios (YAML)" in expect(78, *loop).stderr
    output = write(os.path.join(folder, "taken.csv"), "x")
    expect(73, *words, "--target-loss", 10, "-o", output)
    with open(output, encoding="utf-8") as file:
        assert file.read() == "x"


harness.main(globals())
