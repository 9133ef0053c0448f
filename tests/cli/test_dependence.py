"""Who defaults with whom, what the others lose then, what the tail is made of, and the measures: by hand, and alike in every
form of output."""
import csv
import os

import harness
from harness import SOURCE, answer, expect, write

BANKS = os.path.join(SOURCE, "examples", "three-banks")
CLOSE = 1e-12


def near(found, wanted, tolerance=CLOSE):
    assert abs(found - wanted) <= tolerance * (1 + abs(wanted)), (found, wanted)


def listed_banks(*more):
    return ("run", BANKS, "--model", "eisenberg-noe", "--scenarios", os.path.join(BANKS, "shocks.csv"), *more)


def table(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exported(folder, *words):
    results, tables = os.path.join(folder, "r.h5"), os.path.join(folder, "tables")
    expect(0, *words, "-o", results, "--quiet")
    expect(0, "export", results, "-o", tables)
    return results, tables


def pair_of(document, i, j):
    return next(pair for pair in document["joint_defaults"] if (pair["i"], pair["j"]) == (i, j))


def test_joint_defaults_of_three_banks_by_hand():
    """Alder defaults in all three scenarios, Birch in the last two, Cedar never. Wilson for 2 of 3: centre (2/3 + z2/6) /
    (1 + z2/3), half width z sqrt(2/27 + z2/36) / (1 + z2/3), z = 1.96; for 2 of 2 the rule of three, 3/2, says nothing."""
    document = answer(*listed_banks())
    pair = pair_of(document, "alder", "birch")
    near(pair["p_joint"], 2 / 3)
    near(pair["p_j_given_i"], 2 / 3)
    z2 = 1.959963984540054 ** 2
    centre, half = (2 / 3 + z2 / 6) / (1 + z2 / 3), (z2 * (2 / 27 + z2 / 36)) ** 0.5 / (1 + z2 / 3)
    near(pair["p_j_given_i_ci95"][0], centre - half)
    near(pair["p_j_given_i_ci95"][1], centre + half)
    assert pair["p_joint_ci95"] == pair["p_j_given_i_ci95"]
    back = pair_of(document, "birch", "alder")
    assert back["p_j_given_i"] == 1 and back["p_j_given_i_ci95"] == [0, 1] and back["count"] == 2
    none = pair_of(document, "cedar", "alder")
    assert none["p_joint"] == 0 and none["p_j_given_i"] is None and none["p_j_given_i_ci95"] is None
    assert len(document["joint_defaults"]) == 6


def test_what_others_lose_with_three_banks_by_hand():
    """Losses of Alder, Birch, Cedar: 4, 2/3, 0; then 4, 2, 4/3; then 4, 2, 46/9 (Birch gets 22/3 of 8 and pays 62/9 of 8).
    Baseline values 4, 2, 6. With Alder's default the others lose 2/3, 10/3, 64/9: on average 100/27 of their 8."""
    alder, birch, cedar = answer(*listed_banks())["dependence"]
    near(alder["others_loss_mean"], 100 / 27)
    near(alder["others_loss_share"], 100 / 27 / 8)
    mean = 100 / 27
    variance = ((2 / 3 - mean) ** 2 + (10 / 3 - mean) ** 2 + (64 / 9 - mean) ** 2) / 2
    near(alder["others_loss_mean_se"], (variance / 3) ** 0.5)
    near(birch["others_loss_mean"], 65 / 9)
    near(birch["others_loss_share"], 65 / 90)
    for found, wanted in zip(birch["loss_mean_given_default"], (4, 2, 29 / 9)):
        near(found, wanted)
    assert cedar["default_count"] == 0 and cedar["others_loss_mean"] is None and cedar["others_loss_share"] is None
    assert cedar["loss_mean_given_default"] == [None] * 3


def test_the_tail_by_line_of_three_banks_by_hand():
    """The worst of three is all of the tail: outside assets lost 5 + 3 + 4; claims 2/3 on Alder and 10/9 on Birch; limited
    liability takes 1 off Alder's loss and 5/3 off Birch's. Together 100/9; Alder's part is 4."""
    document = answer(*listed_banks())
    for line, wanted in zip(document["lines"], (12, 16 / 9, -8 / 3)):
        near(line["es_contribution"], wanted)
    near(document["system"]["es"]["0.99"]["value"], 100 / 9)
    near(document["dependence"][0]["es_share"], 36 / 100)
    assert document["system"]["es_distress_share"] is None


def test_tables_tell_what_the_document_tells(folder):
    results, tables = exported(folder, *listed_banks())
    document = answer(*listed_banks())
    rows = table(tables, "joint.csv")
    assert list(rows[0]) == ["i", "j", "p_joint", "p_j_given_i", "low", "high"]
    for row, pair in zip(rows, document["joint_defaults"]):
        assert (row["i"], row["j"]) == (pair["i"], pair["j"]) and float(row["p_joint"]) == pair["p_joint"]
        given = [row["p_j_given_i"], row["low"], row["high"]]
        told = [pair["p_j_given_i"], *(pair["p_j_given_i_ci95"] or [None, None])]
        assert [float(x) if x else None for x in given] == told
    for row, one in zip(table(tables, "dependence.csv"), document["dependence"]):
        for key in ("others_loss_mean", "others_loss_mean_se", "others_loss_share", "es_share"):
            assert (float(row[key]) if row[key] else None) == one[key], (row, one)
    for line in document["lines"]:
        near(sum(float(row["es_contribution"]) for row in table(tables, "lines.csv") if row["line"] == line["name"]),
             line["es_contribution"])
    assert table(tables, "measures.csv") == [] and "refinancing" not in open(os.path.join(tables, "quarters.csv")).read()


LOOP = {
    "entities.csv": "id,cash,real_assets,opex,cash_floor\na,10,5,4,2\n",
    "liabilities.csv": "debtor,creditor,amount\na,world,20\n",
    "paths.csv": "target,variable,quarter,value\na,demand_planned,0,0\n",
    "loop.yaml": "quarters: 3\namortisation: 0.1\nrecovery_assets: 0\nrevenue_smoothing: 0.5\n",
    "shocks.csv": "scenario,target,variable,value\nx,a,demand,1\n",
}


def loop_folder(folder, tables):
    path = os.path.join(folder, "loop")
    os.makedirs(path)
    for name, text in tables.items():
        write(os.path.join(path, name), text)
    return path


def test_measures_in_tables_are_what_a_hand_finds(folder):
    """The firm of test_loop_bits.py: runway 1 quarter, a gap of 3.8, 2 + 1.8 to refinance."""
    network = loop_folder(folder, LOOP)
    _, tables = exported(folder, "run", network, "--model", "loop", "--scenarios", os.path.join(network, "shocks.csv"))
    rows = {(row["entity"], row["measure"]): row for row in table(tables, "measures.csv")}
    assert len(rows) == 12 + 3
    for key, unit, mean in (("cash_runway", "quarter", 1), ("funding_gap", "currency", 3.8), ("refinancing", "currency", 3.8)):
        near(float(rows["a", key]["mean"]), mean)
        assert rows["a", key]["unit"] == unit and rows["a", key]["standard_error"] == "", rows["a", key]
    units = {"cash_runway": "quarter", "peak_drawdown": "1", "peak_drawdown_quarter": "quarter", "idle_capacity": "capacity",
             "dark_capacity": "capacity", "least_value_to_reference": "1"}
    for (_, name), row in rows.items():
        assert row["unit"] == units.get(name, "currency"), row
    assert rows["", "deadweight_loss"]["mean"] == "0"
    system = [row for row in table(tables, "quarters.csv") if row["id"] == ""]
    assert [row["quarter"] for row in system] == ["0", "1", "2"]
    for row, wanted in zip(system, (2, 1.8, 0)):
        near(float(row["refinancing_by_quarter"]), wanted)


# Value at first 100 + 4 x 10 = 140. After two quarters of 10 it is 160 unshocked; with a quarter of the multiple in the second
# it is 130, below 0.95 of 140, and distress takes 0.5 x 140 more.
DISTRESS = {
    "entities.csv": "id,cash,distress_threshold,distress_cost\na,100,0.95,COST\n",
    "paths.csv": "target,variable,quarter,value\na,demand_planned,0,10\na,multiple,0,1\n",
    "loop.yaml": "quarters: 2\n",
    "draws.yaml": "count: 4096\nseed: 3\nmarginals:\n"
    "  - {variable: multiple, target: a, distribution: jump, probability: 0.2, size: 0.25, quarter: 1}\n",
}


def distress_run(folder, name, cost):
    network = os.path.join(folder, name)
    os.makedirs(network)
    for file, text in DISTRESS.items():
        write(os.path.join(network, file), text.replace("COST", cost))
    words = ("run", network, "--model", "loop", "--scenarios", os.path.join(network, "draws.yaml"))
    results, page = network + ".h5", network + ".html"
    text = expect(0, *words, "-o", results).stdout
    expect(0, "report", results, "-o", page)
    with open(page, encoding="utf-8") as file:
        return answer(*words), text, file.read()


def test_much_cost_of_distress_in_the_tail_is_said_first(folder):
    """Every scenario of the tail loses 30 of value and 70 for distress; with a tenth of that cost 30 and 7."""
    document, text, page = distress_run(folder, "much", "0.5")
    near(document["system"]["es_distress_share"], 0.7)
    assert "over a quarter of ES 0.99 is the cost of distress, an assumption of the model: 70.00%" in text, text
    assert "<strong>Over a quarter of that, 70.0%, is the cost of distress" in page
    assert page.index("Over a quarter") < page.index("Most often in default" if "Most often in" in page else "No entity")
    document, text, page = distress_run(folder, "little", "0.05")
    near(document["system"]["es_distress_share"], 7 / 37)
    assert "over a quarter" not in text and "of ES 0.99 the cost of distress: 18.92%" in text, text
    assert "Over a quarter" not in page and "an assumption of the model, is 18.9% of that" in page


def test_who_gains_has_no_part_in_the_tail(folder):
    """As above, and b beside a: 160 each unshocked. In x a's multiple falls to a quarter, a loses 30, and b's doubles, b gains 40.
    The tail is x, its gross loss 30, and so much of it is external revenue; on average over x and y revenue brings -5."""
    network = loop_folder(folder, {
        "entities.csv": "id,cash\na,100\nb,100\n",
        "paths.csv": "target,variable,quarter,value\n" + "".join(
            f"{i},{name}\n" for i in "ab" for name in ("demand_planned,0,10", "multiple,0,1")),
        "loop.yaml": "quarters: 2\n",
        "shocks.csv": "scenario,target,variable,quarter,value\nx,a,multiple,1,0.25\nx,b,multiple,1,2\ny,a,multiple,1,1\n"})
    found = answer("run", network, "--model", "loop", "--scenarios", os.path.join(network, "shocks.csv"))
    lines = {line["name"]: line for line in found["lines"]}
    near(lines["external revenue"]["loss_mean"], -5)
    near(lines["external revenue"]["es_contribution"], 30)
    near(sum(line["es_contribution"] for line in found["lines"]), found["system"]["es"]["0.99"]["value"])
    assert [one["es_share"] for one in found["dependence"]] == [1, 0]


harness.main(globals())
