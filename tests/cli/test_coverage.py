"""loopstress coverage, against a schedule added up by hand, on both bases; and on whom backlogs rest."""
import os

import harness
from harness import answer, call, expect, write


def economy(folder):
    """Firm a: cash 10, outside revenue 5 and costs 4 a quarter, debt 20 of which a tenth falls due each quarter. It buys from b
    for 4 a quarter from quarter 1 on until 6 are bought: 4, then 2. b sells at a cost of one half."""
    write(os.path.join(folder, "entities.csv"), "id,cash,opex,cogs_share,credit_limit\na,10,4,0,0\nb,0,1,0.5,0\n")
    write(os.path.join(folder, "liabilities.csv"), "debtor,creditor,amount\na,world,20\n")
    write(os.path.join(folder, "purchases.csv"), "buyer,seller,backlog,per_quarter,start,id\na,b,6,4,1,d1\n")
    write(os.path.join(folder, "paths.csv"), "target,variable,quarter,value\na,demand_planned,0,5\na,outside_equity,2,1\n")
    write(os.path.join(folder, "loop.yaml"), "quarters: 8\namortisation: 0.1\n")
    return folder


def entity(bases, basis, name):
    found = next(b for b in bases if b["basis"] == basis)
    return next(e for e in found["entities"] if e["id"] == name)


def close(found, expected):
    return len(found) == len(expected) and all(abs(x - y) < 1e-12 * abs(y) for x, y in zip(found, expected))


def test_coverage_is_what_a_hand_finds(folder):
    """Year 1: means 10 + 4 x 5 + equity of 1 in quarters 2 and 3 = 32; needs 4 x 4 + 6 + principal 20 (1 - 0.9^4). Year 2 adds
    20 + 4 and 16 + principal 20 (0.9^4 - 0.9^8)."""
    bases = answer("coverage", economy(folder))["bases"]
    for basis in ("headline", "firm"):  # without a ledger there is but one
        a, b = entity(bases, basis, "a"), entity(bases, basis, "b")
        means, needs = [32, 56], [22 + 20 * (1 - 0.9**4), 38 + 20 * (1 - 0.9**8)]
        assert close(a["means"], means) and close(a["needs"], needs), a
        assert close(a["coverage"], [m / n for m, n in zip(means, needs)]), a
        assert b["contracted_sales"] == [3, 3] and b["needs"] == [4, 8], b


def test_only_firm_deals_count_on_the_firm_basis(folder):
    economy(folder)
    deals = "id,from,to,kind,status,source\nd1,a,b,purchase,{},press\n"
    for status, needs in (("firm", 22), ("announced", 16)):
        write(os.path.join(folder, "deals.csv"), deals.format(status))
        found = entity(answer("coverage", folder)["bases"], "firm", "a")
        assert abs(found["needs"][0] - (needs + 20 * (1 - 0.9**4))) < 1e-12, (status, found)


def customers(folder):
    """s sells 6 to a, 3 to b and 1 to the world; t sells 10 to b. Of s's 10 a has .6: .36 + .09 squared. Of all 20 b has 13."""
    economy(folder)
    write(os.path.join(folder, "entities.csv"), "id\na\nb\ns\nt\n")
    write(os.path.join(folder, "purchases.csv"),
          "buyer,seller,backlog,per_quarter,id\na,s,6,1,d1\nb,s,3,1,b>s\nworld,s,1,1,d2\nb,t,10,1,d3\n")
    return folder


def backlog(folder, basis):
    return next(b for b in answer("coverage", folder)["bases"] if b["basis"] == basis)["backlog"]


def test_backlogs_rest_on_the_customers_that_a_hand_finds(folder):
    customers(folder)
    for basis in ("headline", "firm"):
        found = backlog(folder, basis)
        s, t = found["sellers"]
        assert (s["id"], s["backlog"], s["largest_customer"]) == ("s", 10, "a"), s
        assert close([s["largest_customer_share"], s["herfindahl"]], [0.6, 0.45]), s
        assert [(c["id"], c["backlog"]) for c in s["customers"]] == [("a", 6), ("b", 3), ("world", 1)], s
        assert (t["largest_customer"], t["largest_customer_share"], t["herfindahl"]) == ("b", 1, 1), t
        assert found["total"] == 20 and found["largest_customer"] == "b", found
        assert close([found["largest_customer_share"], found["herfindahl"]], [0.65, 0.65**2 + 0.3**2]), found
        assert close([b["share"] for b in found["buyers"]], [0.3, 0.65, 0.05]), found


def test_with_a_ledger_backlog_is_what_its_deals_name(folder):
    """d1 is firm, d2 and d3 are announced, and no deal names b>s."""
    customers(folder)
    write(os.path.join(folder, "deals.csv"), "id,from,to,kind,status,source\nd1,a,s,purchase,firm,press\n"
          "d2,world,s,purchase,announced,press\nd3,b,t,purchase,announced,press\n")
    headline, firm = backlog(folder, "headline"), backlog(folder, "firm")
    assert headline["total"] == 17 and headline["largest_customer"] == "b", headline
    assert close([headline["sellers"][0]["largest_customer_share"]], [6 / 7]), headline
    assert firm["total"] == 6 and [s["id"] for s in firm["sellers"]] == ["s"], firm
    assert (firm["largest_customer"], firm["largest_customer_share"], firm["herfindahl"]) == ("a", 1, 1), firm
    assert "On whom it rests" in expect(0, "coverage", folder).stdout


def test_the_world_is_no_single_customer(folder):
    customers(folder)
    write(os.path.join(folder, "purchases.csv"), "buyer,seller,backlog,per_quarter\nworld,s,1,1\n")
    found = backlog(folder, "firm")
    assert found["total"] == 1 and found["largest_customer"] is None and found["herfindahl"] == 0, found


def test_a_network_without_the_loop_is_refused(folder):
    assert call("coverage", harness.banks(folder)).returncode == 78
    assert "coverage" in expect(0, "--help").stdout


harness.main(globals())
