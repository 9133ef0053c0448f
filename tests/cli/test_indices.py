"""loopstress indices: every model with forced defaults against runs one by one, drawn shocks too; Shapley values; what it refuses."""
import csv
import os

import harness
from harness import answer, expect, write

IDS = "abcd"
BANKS = {
    "entities.csv": "id,sector,external_assets,external_liabilities,cash\na,x,60,38,5\nb,x,50,40,4\nc,y,80,58,3\nd,y,40,30,2\n",
    "liabilities.csv": "debtor,creditor,amount\na,b,12\na,c,6\nb,c,9\nb,d,5\nc,a,8\nc,d,6\nd,a,7\nd,b,3\n",
}
OWNERSHIP = {"shareholdings.csv": "holder,issuer,share\na,b,0.2\nc,d,0.3\n"}
LOOP = {
    "entities.csv": "id,sector,cash,real_assets,capacity,price_per_capacity,cost_per_capacity,input_type,opex,cogs_share,"
    "depreciation,backlog_margin,distress_threshold,distress_cost,order_response,funding_sensitivity,credit_limit,cash_floor\n"
    "a,chips,20,10,30,1,1,,1,0.3,0.05,0.4,0.3,0.1,0.5,0,0.1,1\n"
    "b,clouds,15,40,6,2,20,compute,3,0.1,0.05,0.2,0.3,0.1,0.5,0,0.3,1\n"
    "c,clouds,9,20,4,2,20,compute,2,0.1,0.05,0,0.5,0.2,0.5,0,0.3,1\n"
    "d,labs,8,5,0,1,1,,4,0.1,0.1,0,0.4,0.2,0,0.5,0.2,1\n",
    "purchases.csv": "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters\n"
    "b,a,80,5,0.5,1,0,2\nd,b,100,6,0.8,0,0,3\nd,c,20,1,0.5,0,0,0\nworld,b,40,2,0.2,0,0,0\n",
    "pledges.csv": "investor,recipient,amount,per_quarter,start\na,d,12,2,0\nworld,d,20,2,1\n",
    "shareholdings.csv": "holder,issuer,share\nb,d,0.3\n",
    "liabilities.csv": "debtor,creditor,amount\nb,world,12\nd,b,2\n",
    "inputs.csv": "input_type,essential\ncompute,1\n",
    "paths.csv": "target,variable,quarter,value\na,demand_planned,0,8\nb,demand_planned,0,5\nc,demand_planned,0,3\n"
    "d,demand_planned,0,9\na,multiple,0,5\nb,multiple,0,4\nc,multiple,0,4\nd,multiple,0,9\nd,outside_equity,0,1\n",
    "loop.yaml": "quarters: 6\ninterest: 0.01\namortisation: 0.02\nrecovery_assets: 0.4\ntermination_share: 0.2\n",
}
MODELS = ["debtrank", "debtrank-linear", "debtrank-nonlinear", "furfine", "threshold", "eisenberg-noe", "rogers-veraart", "neva",
          "cross-ownership", "liquidity"]
SETTINGS = {"threshold": ["--set", "capital_ratio=0.08"], "rogers-veraart": ["--set", "alpha=0.6", "--set", "beta=0.8"]}
MARKET = [("calm", "", "", ""), ("bad", "a", "external_assets_loss", "0.08"), ("bad", "c", "external_assets_loss", "0.1")]
DOWNTURN = [("calm", "", "", ""), ("bad", "d", "demand", "0.7"), ("bad", "b", "multiple", "0.8")]


def network(folder, *tables):
    path = os.path.join(folder, "network")
    os.makedirs(path, exist_ok=True)
    for table in tables:
        for name, text in table.items():
            write(os.path.join(path, name), text)
    return path


def shocks(folder, rows, name="shocks.csv"):
    text = "".join(",".join(row) + "\n" for row in rows)
    return write(os.path.join(folder, name), "scenario,target,variable,value\n" + text)


def means(words):
    """Mean loss by entity, and losses by scenario and entity."""
    told = answer("run", *words)
    by_scenario = [[entity["loss"] for entity in scenario["entities"]] for scenario in told.get("scenarios", [])]
    return [entity["loss_mean"] for entity in told["entities"]], by_scenario


def near(a, b, tolerance):
    assert abs(a - b) <= tolerance, (a, b)


def compare(folder, path, words, market):
    """The indices of the market's scenarios against runs that force one default after the other."""
    told = answer("indices", path, *words, "--scenarios", shocks(folder, market))["entities"]
    mean, single = means([path, *words, "--scenarios", shocks(folder, market)])
    forced = []
    for entity in IDS:
        rows = market + [(name, entity, "default", "1") for name in ("calm", "bad")]
        forced.append(means([path, *words, "--scenarios", shocks(folder, rows, "forced.csv")]))
    scale = 1 + sum(abs(loss) for run, _ in forced for loss in run)
    for i in range(4):
        added = [[forced[i][1][s][j] - single[s][j] for j in range(4) if j != i] for s in range(2)]
        contagion = [sum(row) for row in added]
        near(told[i]["contagion_index"], sum(contagion) / 2, 1e-9 * scale)
        near(told[i]["contagion_index_se"], abs(contagion[0] - contagion[1]) / 2, 1e-9 * scale)
        near(told[i]["vulnerability_index"], sum(forced[k][0][i] - mean[i] for k in range(4) if k != i) / 3, 1e-9 * scale)
        near(told[i]["loss_mean"], mean[i], 1e-9 * scale)
        near(sum(line["contagion"] for line in told[i]["lines"]), told[i]["contagion_index"], 1e-9 * scale)
        near(sum(line["vulnerability"] for line in told[i]["lines"]), told[i]["vulnerability_index"], 1e-9 * scale)
    near(sum(e["contagion_index"] for e in told), 3 * sum(e["vulnerability_index"] for e in told), 1e-9 * scale)
    return max(e["contagion_index"] for e in told)


def test_indices_are_differences_of_runs_with_a_default_forced(folder):
    path = network(folder, BANKS, OWNERSHIP)
    for model in MODELS:
        worst = compare(folder, path, ["--model", model, *SETTINGS.get(model, [])], MARKET)
        assert worst > 1, (model, worst)


def test_in_the_loop_the_default_is_in_quarter_0(folder):
    assert compare(folder, network(folder, LOOP), ["--model", "loop"], DOWNTURN) > 1


def test_lines_are_those_of_the_runs(folder):
    path = network(folder, BANKS)
    words = [path, "--model", "eisenberg-noe"]
    told = answer("indices", *words)["entities"]

    def lines(rows):
        results, tables = os.path.join(folder, "r.h5"), os.path.join(folder, "tables")
        expect(0, "run", *words, "--scenarios", shocks(folder, rows), "-o", results, "--force", "--quiet")
        expect(0, "export", results, "--format", "csv", "-o", tables, "--force", "--quiet")
        with open(os.path.join(tables, "lines.csv"), encoding="utf-8") as file:
            return {(row["line"], row["id"]): float(row["loss_mean"]) for row in csv.DictReader(file) if row["id"] in IDS}

    before, after = lines([("s", "", "", "")]), lines([("s", "a", "default", "1")])
    for line in told[0]["lines"]:
        wanted = sum(after[line["name"], other] - before[line["name"], other] for other in "bcd")
        near(line["contagion"], wanted, 1e-9)
    assert any(abs(line["contagion"]) > 1 for line in told[0]["lines"])


DRAWN = ("count: 200\nseed: 5\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.6}]\nmarginals:\n"
         "  - {variable: external_assets_loss, target: '*', distribution: beta, mean: 0.08, sd: 0.05}\n")
FORCED = "  - {{variable: default, target: {}, distribution: jump, probability: 1, size: 1}}\n"


def test_drawn_shocks_stay_what_they_are_where_a_default_is_forced(folder):
    path = network(folder, BANKS)
    drawn = write(os.path.join(folder, "draws.yaml"), DRAWN)
    for model in ("eisenberg-noe", "debtrank-linear"):
        words = [path, "--model", model, "--scenarios"]
        told = answer("indices", *words, drawn)["entities"]
        mean, _ = means([*words, drawn])
        for i, entity in enumerate(IDS):
            forced, _ = means([*words, write(os.path.join(folder, "forced.yaml"), DRAWN + FORCED.format(entity))])
            near(told[i]["contagion_index"], sum(forced[j] - mean[j] for j in range(4) if j != i), 1e-8)
            near(told[i]["loss_mean"], mean[i], 1e-9)
            assert told[i]["contagion_index_se"] > 0


def test_a_default_of_the_file_itself_is_one_already(folder):
    path = network(folder, BANKS)
    told = answer("indices", path, "--model", "furfine", "--scenarios", shocks(folder, [("s", "a", "default", "1")]))["entities"]
    assert told[0]["contagion_index"] == 0 and told[1]["contagion_index"] >= 0


def test_nothing_about_how_it_runs_changes_it(folder):
    path = network(folder, LOOP)
    drawn = write(os.path.join(folder, "draws.yaml"), "count: 5000\nseed: 3\nmarginals:\n"
                  "  - {variable: demand, target: '*', distribution: lognormal, mean: 0.9, sd: 0.2, quarter: 1}\n")
    for more in ([], ["--shapley"], ["--shapley", "--permutations", "6"]):
        words = ["--model", "loop", "--scenarios", drawn, "--backend", "cpu", *more]
        whole = answer("indices", path, *words)
        assert answer("indices", path, *words, "--threads", "1", "--chunk", "7", "--isa", "baseline") == whole
        file = os.path.join(folder, "n.h5")
        expect(0, "import", path, "-o", file, "--force")
        kept = answer("indices", file, *words)
        assert {**kept, "network": ""} == {**whole, "network": ""}
        assert whole["scenario_count"] == 5000 and whole["seed"] == 3 and whole["not_converged"] == 0


def test_cuda_gives_what_the_cpu_gives(folder):
    if not {backend["name"]: backend["available"] for backend in answer("backends")}["cuda"]:
        if os.environ.get("LOOPSTRESS_REQUIRE_GPU") == "1":
            raise AssertionError("a GPU is required and none answers")
        raise harness.Skip("no CUDA device answers")
    path = network(folder, BANKS)
    drawn = write(os.path.join(folder, "draws.yaml"), DRAWN)
    for model in ("eisenberg-noe", "debtrank-linear"):
        for more in ([], ["--shapley"], ["--shapley", "--permutations", "4"]):
            for scenarios in (drawn, shocks(folder, MARKET)):
                words = ["indices", path, "--model", model, "--scenarios", scenarios, *more, "--backend"]
                on_cpu, on_gpu = answer(*words, "cpu"), answer(*words, "cuda")
                assert on_gpu.pop("backend") == "cuda" and on_cpu.pop("backend") == "cpu" and on_gpu == on_cpu, (model, more)


def test_shapley_values_add_up_and_know_assets_and_the_world(folder):
    path = network(folder, LOOP)
    rows = [("s", "d", "demand", "0.6"), ("s", "world", "purchase_scale", "0.2"), ("s", "a>d", "gate", "0"),  # of who receives
            ("s", "b>a", "orders", "0.5")]  # of who buys
    file = shocks(folder, rows)
    told = answer("indices", path, "--model", "loop", "--scenarios", file, "--shapley")
    assert [player["id"] for player in told["players"]] == ["b", "d", "other"] and told["exact"] is True
    assert [player["kind"] for player in told["players"]] == ["entity", "entity", "assets and world"]
    plain = answer("run", path, "--model", "loop", "--scenarios", file)
    assert told["loss_all"] == plain["system"]["loss_mean"] and told["loss_none"] == 0 and told["loss"] == "gross"
    near(sum(player["value"] for player in told["players"]), told["loss_all"], 1e-12 * told["loss_all"])
    near(sum(player["share"] for player in told["players"]), 1, 1e-12)
    alone = {name: answer("run", path, "--model", "loop", "--scenarios",
                          shocks(folder, [row for row, owner in zip(rows, "d-db") if owner in name], "alone.csv"))["system"]["loss_mean"]
             for name in ("b", "d", "-", "bd", "b-", "d-")}
    b, d, _ = (player["value"] for player in told["players"])
    whole = told["loss_all"]
    near(b, alone["b"] / 3 + (alone["bd"] - alone["d"] + alone["b-"] - alone["-"]) / 6 + (whole - alone["d-"]) / 3, 1e-9 * whole)
    near(d, alone["d"] / 3 + (alone["bd"] - alone["b"] + alone["d-"] - alone["-"]) / 6 + (whole - alone["b-"]) / 3, 1e-9 * whole)
    net = answer("indices", path, "--model", "loop", "--scenarios", file, "--shapley", "--set", "loss=net")
    assert net["loss"] == "net" and net["loss_all"] != whole
    near(net["loss_all"], plain["system"]["loss_net_mean"], 1e-9 * whole)


def test_people_get_tables_of_at_most_120_columns(folder):
    path = network(folder, BANKS)
    drawn = write(os.path.join(folder, "draws.yaml"), DRAWN)
    for more, title in ([], "Indices by model"), (["--shapley"], "Shapley values of the shocks by model"):
        words = ["indices", path, "--model", "eisenberg-noe", "--scenarios", drawn, "--quiet", *more]
        lines = expect(0, *words).stdout.splitlines()
        assert lines[0].startswith(title) and lines[1].startswith("200 scenarios") and max(map(len, lines)) <= 120
        for entity in IDS:
            assert any(line.startswith(f"  {entity} ") for line in lines), entity


def test_the_worked_example_of_the_page_is_right(folder):
    with open(os.path.join(harness.SOURCE, "docs", "indices.md"), encoding="utf-8") as file:
        blocks = file.read().split("```console\n")[1:]
    assert len(blocks) >= 3
    for block in blocks:
        command, _, output = block.split("```")[0].partition("\n")
        assert command.startswith("$ loopstress "), command
        done = expect(0, *command[len("$ loopstress "):].split(), "--quiet", cwd=harness.SOURCE)
        for line in output.splitlines():
            assert line == "..." or line in done.stdout.splitlines(), line


def test_what_did_not_converge_is_counted_and_told(folder):
    words = [network(folder, LOOP), "--model", "loop", "--set", "max_iterations=1", "--scenarios", shocks(folder, DOWNTURN)]
    for more, runs in ([], 10), (["--shapley"], 8):
        told = answer("indices", *words, *more)
        assert told["scenarios_run"] == runs and 0 < told["not_converged"] <= runs
        done = expect(2, "indices", *words, *more, "--strict")
        assert f"of {runs} scenarios did not converge" in done.stderr and f"of {runs} scenarios run did not" in done.stdout


def test_what_cannot_be_is_refused(folder):
    path = network(folder, BANKS, {"trade.csv": "supplier,buyer,amount\na,b,5\n", "essentials.csv":
                                   "supplier_sector,buyer_sector,essentiality\nx,x,2\n"})
    words = [path, "--model", "eisenberg-noe"]
    assert "takes no shock 'default'" in expect(78, "indices", path, "--model", "production").stderr
    expect(0, "indices", path, "--model", "production", "--shapley", "--scenarios", shocks(folder, [("s", "a", "output_loss", "1")]))
    assert "--model" in expect(64, "indices", path).stderr
    assert "--shapley" in expect(64, "indices", *words, "--permutations", "5").stderr
    expect(64, "indices", *words, "--shapley", "--permutations", "0")
    assert "within 0 and" in expect(64, "indices", *words, "--shapley", "--permutations", "9000000").stderr
    expect(64, "indices", *words, "--shard", "0/2")
    expect(64, "indices", *words, "--set", "no_such_setting=1")
    expect(66, "indices", *words, "--scenarios", os.path.join(folder, "none.csv"))
    replay = write(os.path.join(folder, "replay.yaml"), DRAWN + "replay: [1, 2]\n")
    assert "'replay'" in expect(78, "indices", *words, "--scenarios", replay).stderr
    draws = write(os.path.join(folder, "assumed.yaml"), DRAWN + "assumption_draws: 2\n")
    assert "must be 1" in expect(78, "indices", *words, "--scenarios", draws, "--count", "8192").stderr
    expect(65, "indices", *words, "--count", "5", "--strict")


harness.main(globals())
