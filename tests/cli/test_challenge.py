"""loopstress challenge: the table of challengers, its JSON, what it refuses, on a small loop with its finance."""
import os

import harness
from harness import answer, expect, write

TABLES = {
    "entities.csv": "id,sector,cash,real_assets,capacity,price_per_capacity,cost_per_capacity,input_type,opex,cogs_share,"
    "depreciation,backlog_margin,distress_threshold,distress_cost,order_response,funding_sensitivity,credit_limit,cash_floor\n"
    "chip,chips,20,10,30,1,1,,1,0.3,0.05,0.4,0.3,0.1,0.5,0,0.1,1\n"
    "cloud,clouds,15,40,6,2,20,compute,3,0.1,0.05,0.2,0.3,0.1,0.5,0,0.3,1\n"
    "lab,labs,8,5,0,1,1,,4,0.1,0.1,0,0.4,0.2,0,0.5,0.2,1\n",
    "purchases.csv": "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters,renewed,renegotiation,trigger\n"
    "cloud,chip,80,5,0.5,1,0,2,0,0,0\nlab,cloud,100,6,0.8,0,0,3,1,0.5,0.9\nworld,cloud,40,2,0.2,0,0,0,0,0,0\n",
    "pledges.csv": "investor,recipient,amount,per_quarter,start\nchip,lab,12,2,0\nworld,lab,20,2,1\n",
    "shareholdings.csv": "holder,issuer,share\ncloud,lab,0.3\n",
    "liabilities.csv": "debtor,creditor,amount\ncloud,world,12\nlab,cloud,2\n",
    "inputs.csv": "input_type,essential\ncompute,1\n",
    "paths.csv": "target,variable,quarter,value\nchip,demand_planned,0,8\ncloud,demand_planned,0,5\nlab,demand_planned,0,9\n"
    "chip,multiple,0,5\ncloud,multiple,0,4\nlab,multiple,0,9\nlab,outside_equity,0,1\n",
    "network.yaml": "name: small\ncurrency: USD\nunit: bn\n",
    "loop.yaml": "quarters: 8\ninterest: 0.01\namortisation: 0.02\nrecovery_assets: 0.4\ntermination_share: 0.2\n"
    "distress_reference: peak\nrevenue_smoothing: 0.5\n",
}

DRAWS = ("count: 3000\nseed: 12\n{more}marginals:\n  - {{variable: multiple, target: '*', distribution: lognormal, mean: 1, sd: 0.4}}\n"
         "  - {{variable: demand, target: lab, distribution: lognormal, mean: 0.8, sd: 0.3, quarter: 2}}\n{shocks}")
PRICES = ("  - {variable: price, target: cloud, distribution: lognormal, mean: 0.8, sd: 0.3, quarter: 2}\n"
          "  - {variable: hardware_price, target: cloud, distribution: lognormal, mean: 0.8, sd: 0.3, quarter: 2}\n"
          "  - {variable: amortisation, target: '*', distribution: lognormal, mean: 2, sd: 0.3, quarter: 2}\n")
NAMES = [
    "threshold-up",
    "threshold-down",
    "no-distress-cost",
    "no-distress",
    "smoothing-0.2",
    "smoothing-1",
    "loop-1",
    "least-solution",
]


def job(folder, more="", shocks=PRICES):
    """The words behind the command of a small job."""
    for name, text in TABLES.items():
        write(os.path.join(folder, name), text)
    scenarios = write(os.path.join(folder, "draws.yaml"), DRAWS.format(more=more, shocks=shocks))
    return folder, "--model", "loop", "--scenarios", scenarios, "--backend", "cpu"


def rows(told):
    return {row["name"]: row for row in told["challengers"]}


def test_the_base_is_the_plain_run_and_each_row_is_the_run_with_its_setting(folder):
    words = job(folder)
    told, plain = answer("challenge", *words), answer("run", *words)
    assert told["base"]["digest"] == plain["digest"]
    assert told["base"]["loss_mean"] == plain["system"]["loss_mean"]
    assert told["base"]["es"]["0.99"] == plain["system"]["es"]["0.99"]
    assert told["base"]["default_count_mean"] == plain["system"]["default_count_mean"]
    for value in ("0.2", "1"):
        alone = answer("run", *words, "--set", f"revenue_smoothing={value}")
        assert rows(told)[f"smoothing-{value}"]["digest"] == alone["digest"], value


def test_differences_and_errors_are_those_of_compare(folder):
    words = job(folder)
    paths = [os.path.join(folder, name) for name in ("a.h5", "b.h5")]
    expect(0, "run", *words, "-o", paths[0], "--quiet")
    expect(0, "run", *words, "--set", "revenue_smoothing=0.2", "-o", paths[1], "--quiet")
    paired = harness.json.loads(expect(1, "compare", *paths, "--json", "--quiet").stdout)["paired"]
    row = rows(answer("challenge", *words))["smoothing-0.2"]
    assert row["loss_mean_difference"] == paired["loss_gross"]["difference"]
    assert row["loss_mean_difference_se"] == paired["loss_gross"]["se"]
    assert row["default_count_mean_difference"] == paired["default_count"]["difference"]
    assert row["default_count_mean_difference_se"] == paired["default_count"]["se"]


def test_the_document_has_every_key_and_adds_up(folder):
    told = answer("challenge", *job(folder), "--count", "1000", "--seed", "5")
    assert (told["model"], told["network"], told["currency"], told["unit"]) == ("loop", "small", "USD", "bn")
    assert (told["loss"], told["scenario_count"], told["seed"], told["backend"]) == ("gross", 1000, 5, "cpu")
    assert [row["name"] for row in told["challengers"]] == NAMES
    base = told["base"]
    for row in told["challengers"]:
        assert row["changed"] and row["changes"] > 0 and len(row["digest"]) == 32
        assert row["not_converged"] == row["not_finite"] == 0
        for key in ("loss_mean", "any_default_probability", "default_count_mean"):
            assert abs(row[key] - base[key] - row[f"{key}_difference"]) < 1e-9 * (1 + abs(base[key])), (row["name"], key)
            assert row[f"{key}_difference_se"] >= 0
        for level, es in row["es"].items():
            assert abs(es["difference"] - (es["value"] - base["es"][level]["value"])) < 1e-12 * base["es"][level]["value"]
            assert abs(es["ratio"] * base["es"][level]["value"] / es["value"] - 1) < 1e-12
        assert row["baseline_value"] > 0 and row["baseline_default_count"] >= 0 and row["baseline_distress_count"] >= 0
    assert list(base["es"]) == ["0.95", "0.99", "0.999"]
    values = [row["es"]["0.99"]["value"] for row in told["challengers"]]
    verdict = told["verdict"]
    assert (verdict["level"], verdict["es_low"], verdict["es_high"]) == ("0.99", min(values), max(values))
    furthest = max(told["challengers"], key=lambda row: abs(row["es"]["0.99"]["difference"]))
    assert verdict["moved_most_by"] == furthest["name"]


def test_nothing_about_how_it_runs_changes_it(folder):
    words = job(folder)
    whole = answer("challenge", *words)
    assert answer("challenge", *words, "--threads", "1", "--chunk", "7", "--isa", "baseline") == whole
    network = os.path.join(folder, "n.h5")
    expect(0, "import", folder, "-o", network)
    assert answer("challenge", network, *words[1:]) == whole


def test_a_given_setting_gives_way_to_the_challenger_alone(folder):
    words = job(folder)
    told = answer("challenge", *words, "--set", "revenue_smoothing=0.2", "--set", "interest=0.02")
    row = rows(told)["smoothing-0.2"]
    assert row["changes"] == 0 and row["digest"] == told["base"]["digest"]
    assert row["es"]["0.99"]["difference"] == row["es"]["0.99"]["difference_se"] == 0
    alone = answer("run", *words, "--set", "revenue_smoothing=1", "--set", "interest=0.02")
    assert rows(told)["smoothing-1"]["digest"] == alone["digest"]


def test_without_loop_two_the_shocks_to_it_do_nothing(folder):
    with_prices = rows(answer("challenge", *job(folder)))["loop-1"]
    without = rows(answer("challenge", *job(folder, shocks="")))["loop-1"]
    assert with_prices["digest"] == without["digest"]
    assert with_prices["changes"] == without["changes"] + 3


def test_people_get_a_table_and_a_verdict(folder):
    text = expect(0, "challenge", *job(folder), "--quiet").stdout
    lines = text.splitlines()
    for name in ["as it is"] + NAMES:
        assert sum(line.startswith(f"  {name} ") for line in lines) >= 2, name
    assert lines[-1].startswith("Verdict: over the challengers ES 0.99 is ") and max(map(len, lines)) <= 120
    assert lines[1] == "3000 scenarios, the same in every row; gross losses in USD bn"
    net = expect(0, "challenge", *job(folder), "--set", "loss=net", "--quiet").stdout
    assert "; net losses in" in net


def test_warnings_are_told_once(folder):
    power = "  - {variable: power, target: cloud, distribution: beta, mean: 0.8, sd: 0.1}\n"
    done = expect(0, "challenge", *job(folder, shocks=power), "--no-progress")
    assert done.stderr.count("has no effect") == 1, done.stderr


def test_what_cannot_be_is_refused(folder):
    words = job(folder)
    assert "--scenarios" in expect(64, "challenge", *words[:3]).stderr
    assert "--model" in expect(64, "challenge", folder).stderr
    expect(64, "challenge", *words, "--set", "no_such_setting=1")
    expect(64, "challenge", *words, "-o", os.path.join(folder, "out.h5"))
    expect(66, "challenge", *words[:4], os.path.join(folder, "none.yaml"))
    rows_of_shocks = write(os.path.join(folder, "shocks.csv"), "scenario,target,variable,value\ns,lab,demand,0.5\n")
    assert "random scenarios" in expect(78, "challenge", *words[:4], rows_of_shocks).stderr
    assert "random scenarios" in expect(78, "challenge", *job(folder, more="replay: [1, 2]\n")).stderr
    drawn = expect(78, "challenge", *job(folder, more="assumption_draws: 2\n"), "--count", "8192")
    assert "assumption_draws is 2, must be 1" in drawn.stderr
    banks = harness.banks(folder)
    other = expect(78, "challenge", banks, "--model", "eisenberg-noe", "--scenarios", harness.draws(folder, 100, name="b.yaml"))
    assert "no challengers for model 'eisenberg-noe'" in other.stderr and other.stdout == ""
    assert "did you mean 'challenge'" in expect(64, "chalenge", folder).stderr


harness.main(globals())
