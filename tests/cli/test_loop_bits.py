"""The loop model's bits: without the finance of LOOP-2 they are those of LOOP-1; with it they hold however a run is cut; and what is
measured beside losses is what a hand finds."""
import os

import harness
from harness import answer, expect, write

LOOP_ONE = {
    "entities.csv": "id,sector,cash,real_assets,capacity,price_per_capacity,cost_per_capacity,input_type,opex,cogs_share,"
    "depreciation,backlog_margin,distress_threshold,distress_cost,order_response,funding_sensitivity,credit_limit,cash_floor\n"
    "chip,chips,20,10,30,1,1,,1,0.3,0.05,0.4,0.3,0.1,0.5,0,0.1,1\n"
    "cloud,clouds,15,40,6,2,20,compute,3,0.1,0.05,0.2,0.3,0.1,0.5,0,0.3,1\n"
    "lab,labs,8,5,0,1,1,,4,0.1,0.1,0,0.4,0.2,0,0.5,0.2,1\n",
    "purchases.csv": "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters\n"
    "cloud,chip,80,5,0.5,1,0,2\nlab,cloud,100,6,0.8,0,0,3\nworld,cloud,40,2,0.2,0,0,0\n",
    "pledges.csv": "investor,recipient,amount,per_quarter,start\nchip,lab,12,2,0\nworld,lab,20,2,1\n",
    "shareholdings.csv": "holder,issuer,share\ncloud,lab,0.3\n",
    "liabilities.csv": "debtor,creditor,amount\ncloud,world,12\nlab,cloud,2\n",
    "inputs.csv": "input_type,essential\ncompute,1\n",
    "paths.csv": "target,variable,quarter,value\nchip,demand_planned,0,8\ncloud,demand_planned,0,5\nlab,demand_planned,0,9\n"
    "chip,multiple,0,5\ncloud,multiple,0,4\nlab,multiple,0,9\nlab,outside_equity,0,1\n",
    "loop.yaml": "quarters: 12\ninterest: 0.01\namortisation: 0.02\nrecovery_assets: 0.4\ntermination_share: 0.2\n",
    "draws.yaml": "count: 8192\nseed: 12\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.6}]\nmarginals:\n"
    "  - {variable: multiple, target: '*', distribution: lognormal, mean: 1, sd: 0.3}\n"
    "  - {variable: demand, target: lab, distribution: lognormal, mean: 0.9, sd: 0.3, quarter: 2}\n"
    "  - {variable: funding, target: lab, distribution: beta, mean: 0.7, sd: 0.3, quarter: 3}\n",
}

# The digest that LOOP-1 gave before LOOP-2 was written. It may change only with the arithmetic that every model shares.
DIGEST_OF_LOOP_ONE = "7763dc68babfb9208f9bd118b6caf4b6"

FINANCE = {
    "purchases.csv": "buyer,seller,backlog,per_quarter,take_or_pay,capex_share,start,ramp_quarters,id,renewed,renegotiation,trigger,"
    "exit_notice,exit_fee,repricing\n"
    "cloud,chip,80,5,0.5,1,0,2,,0,0,0,,0,0.5\nlab,cloud,100,6,0.8,0,0,3,a,1,0.5,0.9,,0,0\n"
    "lab,cloud,10,1,0.8,0,0,3,b,0,0,0.8,1,0.1,0\nworld,cloud,40,2,0.2,0,0,0,,0,0,0,,0,0\n",
    "loop.yaml": "quarters: 12\ninterest: 0.01\namortisation: 0.02\nrecovery_assets: 0.4\ntermination_share: 0.2\ninputs: planned\n"
    "distress_reference: peak\nflag_exit: 2\nrevenue_smoothing: 0.5\nherding_multiple: 0.5\nherding_capex: 0.3\nimpairment: 1\n"
    "backlog_discount: 0.02\n",
}


def folder_of(folder, **changed):
    tables = {**LOOP_ONE, **changed}
    for name, text in tables.items():
        write(os.path.join(folder, name), text)
    return folder, os.path.join(folder, "draws.yaml")


def run(network, scenarios, *more):
    return answer("run", network, "--model", "loop", "--scenarios", scenarios, "--backend", "cpu", *more)


def test_without_finance_the_bits_are_those_of_loop_one(folder):
    assert run(*folder_of(folder))["digest"] == DIGEST_OF_LOOP_ONE


# Orders of every pair, of the world too; the pair lab>cloud has two contracts in FINANCE.
MOVED = (
    "  - {variable: orders, target: '*>*', distribution: lognormal, mean: 0.9, sd: 0.3, quarter: 1}\n"
    "  - {variable: orders, target: 'world>cloud', distribution: jump, probability: 0.5, size: 0.3, quarter: 4}\n"
)


def test_with_finance_no_cut_of_the_run_changes_a_bit(folder):
    no_cut_changes_a_bit(*folder_of(folder, **FINANCE))


def test_with_moved_orders_no_cut_of_the_run_changes_a_bit(folder):
    changed = {**FINANCE, "draws.yaml": LOOP_ONE["draws.yaml"] + MOVED}
    unmoved = run(*folder_of(folder, **FINANCE))["digest"]
    assert no_cut_changes_a_bit(*folder_of(folder, **changed)) != unmoved


def no_cut_changes_a_bit(network, scenarios):
    """The digest of the run, whole."""
    folder = network
    whole = run(network, scenarios)
    assert whole["digest"] != DIGEST_OF_LOOP_ONE
    for more in (("--threads", "1"), ("--chunk", "7"), ("--isa", "baseline")):
        assert run(network, scenarios, *more)["digest"] == whole["digest"], more
    parts = [os.path.join(folder, f"part{k}.h5") for k in range(2)]
    for k, part in enumerate(parts):
        expect(0, "run", network, "--model", "loop", "--scenarios", scenarios, "--backend", "cpu", "--shard", f"{k}/2", "-o", part)
    merged = os.path.join(folder, "merged.h5")
    expect(0, "merge", parts[1], parts[0], "-o", merged)
    assert answer("info", merged)["digest"] == whole["digest"]
    read = answer("info", expect_imported(folder, network))
    assert read["kind"] == "network"
    assert run(os.path.join(folder, "network.h5"), scenarios)["digest"] == whole["digest"]
    return whole["digest"]


def test_other_models_take_no_shock_to_orders(folder):
    network, _ = folder_of(folder)
    rows = os.path.join(folder, "moved.csv")
    write(rows, "scenario,target,variable,value\ns,lab>cloud,orders,0.5\n")
    said = expect(78, "run", network, "--model", "eisenberg-noe", "--scenarios", rows).stderr
    assert "moved.csv:2: model 'eisenberg-noe' takes no shock to 'orders'" in said, said
    write(rows, "scenario,target,variable,value\ns,chip>cloud,orders,0.5\n")
    said = expect(78, "run", network, "--model", "loop", "--scenarios", rows).stderr
    assert "target is 'chip>cloud', but the network has no such purchase" in said, said
    done = expect(0, "run", network, "--model", "loop", "--scenarios", rows, "--allow-missing-targets")
    assert "'chip>cloud' left out" in done.stderr, done.stderr


def expect_imported(folder, network):
    path = os.path.join(folder, "network.h5")
    expect(0, "import", network, "-o", path)
    return path


def test_measures_are_what_a_hand_finds(folder):
    """One firm, cash 10, floor 2, costs of 4 a quarter and no income, debt of 20 of which a tenth falls due each quarter, no
    interest. Quarter 0: 4 + 2 due and 2 to keep, 10 there: no gap, 4 left. Quarter 1: 4 + 1.8 and 2 against 4: a gap of 3.8, and
    the firm cannot pay: it defaults. Runway: cash is below the floor first in quarter 1. Refinancing 2 + 1.8. smoothing switches
    LOOP-2 on and changes nothing here. W buys nothing from the estate: deadweight is the whole of real assets, 5."""
    write(os.path.join(folder, "entities.csv"), "id,cash,real_assets,opex,cash_floor\na,10,5,4,2\n")
    write(os.path.join(folder, "liabilities.csv"), "debtor,creditor,amount\na,world,20\n")
    write(os.path.join(folder, "paths.csv"), "target,variable,quarter,value\na,demand_planned,0,0\n")
    write(os.path.join(folder, "loop.yaml"), "quarters: 3\namortisation: 0.1\nrecovery_assets: 0\nrevenue_smoothing: 0.5\n")
    write(os.path.join(folder, "shocks.csv"), "scenario,target,variable,value\nx,a,demand,1\n")
    found = answer("run", folder, "--model", "loop", "--scenarios", os.path.join(folder, "shocks.csv"))
    measures = {name: value["mean"] for name, value in found["entities"][0]["measures"].items()}
    assert measures["cash_runway"] == 1, measures
    for name, value in (("funding_gap", 3.8), ("refinancing", 3.8)):
        assert abs(measures[name] - value) < 1e-12, (name, measures[name])
    system = found["system"]
    refinanced = [quarter["mean"] for quarter in system["refinancing_by_quarter"]]
    assert [round(x, 12) for x in refinanced] == [2, 1.8, 0], refinanced
    # the baseline defaults in the same way, so that nothing is lost against it
    assert system["deadweight_loss"]["mean"] == 0 and found["entities"][0]["measures"]["cash_runway"]["se"] is None


harness.main(globals())
