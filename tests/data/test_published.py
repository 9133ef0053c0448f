#!/usr/bin/python3
"""datasets/published: every network runs and gives what its source printed, what was computed, and what documents say.

A row of expected.csv is compared twice: with the printed number to half a unit of its last digit, and with the
recomputed one. argv[1] is the program."""
import csv
import glob
import json
import math
import os
import re
import subprocess
import tempfile

import numpy

from checks import PROGRAM, SOURCE, check, end, skip

PUBLISHED = os.path.join(SOURCE, "datasets", "published")
SHARED = os.environ.get("LOOPSTRESS_SHARED", os.path.join(SOURCE, "..", "shared"))
CLOSE = 1e-8  # of max(1, |value|): stop rules leave 1e-10 of a bound, and bounds are within 100 of the values here
HALF = 0.5 * (1 + 1e-9)  # of the last printed digit, so that a tie in binary counts
answers = {}  # what the program printed, by command


def below(*pattern):
    return sorted(glob.glob(os.path.join(SOURCE, *pattern), recursive=True))


networks = [os.path.dirname(path) for path in below("datasets", "published", "**", "entities.csv")]
documents = below("datasets", "published", "**", "README.md") + below("docs", "models", "*.md")


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


# ---- the folders -----------------------------------------------------------------------------------------------------

def unit(digits):
    """The last digit of a number as printed."""
    return 10.0 ** -len(digits.partition(".")[2])


def expected_holds(folder):
    rows = optional(folder, "expected.csv")
    check(f"{short(folder)} says what to expect", bool(rows))
    for row in rows:
        name = f"{short(folder)} {row['model']} {row['settings']} {row['scenario']} {row['entity']} {row['output']}"
        got = got_for(folder, row)
        check(f"{name}: something is expected", bool(row["printed"] or row["computed"]))
        check(f"{name}: who printed it", bool(row["printed"]) == bool(row["printed_in"]) == bool(row["tolerance"]))
        if row["printed"]:
            flag = float(row["tolerance"]) == 0
            room = 0 if flag else HALF * unit(row["printed"])
            check(f"{name}: tolerance", flag or math.isclose(float(row["tolerance"]), 0.5 * unit(row["printed"])))
            check(f"{name}: printed", abs(got - float(row["printed"])) <= room, f"{row} {got}")
        if row["computed"]:
            wanted = float(row["computed"])
            check(f"{name}: computed", abs(got - wanted) <= CLOSE * max(1, abs(wanted)), f"{wanted} {got}")


def folder_is_told(folder):
    done = subprocess.run([PROGRAM, "check", folder, "--json"], capture_output=True, text=True)
    warnings = json.loads(done.stdout)["warnings"] if done.returncode == 0 else []
    check(f"{short(folder)} is valid", done.returncode == 0, done.stdout + done.stderr)
    check(f"{short(folder)} is warned of for defaults alone", all("failed before any shock" in warning["message"]
                                                                  for warning in warnings), str(warnings))
    about = text_of(os.path.join(folder, "network.yaml"))
    for key in ("name", "description", "sources"):
        check(f"{short(folder)}/network.yaml has {key}", re.search(rf"^{key}:", about, re.MULTILINE) is not None)
    top = os.path.join(PUBLISHED, short(folder).split(os.sep)[0])
    check(f"{short(folder)} has a README", os.path.exists(os.path.join(top, "README.md")))
    check(f"the overview names {short(folder)}", f"`{short(folder)}`" in text_of(os.path.join(PUBLISHED, "README.md")))


# ---- what documents say ----------------------------------------------------------------------------------------------

def examples(text):
    """Pairs of a command and a row of the table below it, whose head is `| scenario | output | ids ... |`."""
    words, head, found = None, None, []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("    loopstress run datasets/published/"):
            words = [word for word in line.split()[2:] if word != "--json"]
        if not line.startswith("|"):
            head = None
        elif cells[:2] == ["scenario", "output"]:
            head = cells
        elif head is not None and set(line) - set("|-: "):
            found.append((words, dict(zip(head, cells))))
    return found


def example_holds(name, words, row):
    """Numbers without a decimal point are whole."""
    scenario = run(words).get(row["scenario"], {"entities": []})
    for column, shown in list(row.items())[2:]:
        if column == "system loss":
            got = scenario.get("system_loss", math.nan)
        else:
            got = values_of(scenario, row["output"]).get(column, math.nan)
        room = HALF * unit(shown) if "." in shown else 1e-9
        check(f"{name}: {row['scenario']} {row['output']} {column}", abs(got - float(shown)) <= room, f"{shown} {got}")


def documents_hold():
    told = set()
    for path in documents:
        name, text = os.path.relpath(path, SOURCE), text_of(path)
        for words, row in examples(text):
            example_holds(name, words, row)
            told.add(words[0])
        for line in re.findall(r"^    loopstress run (datasets/published/\S+)", text, re.MULTILINE):
            check(f"{name}: {line} exists", os.path.join(SOURCE, line) in networks)
        for named in re.findall(r"`(datasets/published/[^`\s]+)`", text):
            check(f"{name}: {named} exists", os.path.exists(os.path.join(SOURCE, named)))
    for folder in networks:
        check(f"a document shows {short(folder)} with numbers", os.path.relpath(folder, SOURCE) in told)


# ---- iterates, windows and marginals ---------------------------------------------------------------------------------

def rounds_of_clearing(folder, assets):
    """The greatest clearing vector by waves of default: a round solves for those in default, all others pay in full."""
    ids = list(assets)
    owed = numpy.zeros((len(ids), len(ids)))
    for row in read(folder, "liabilities.csv"):
        owed[ids.index(row["debtor"]), ids.index(row["creditor"])] = float(row["amount"])
    full, outside = owed.sum(axis=1), numpy.array([assets[i] for i in ids])
    share = owed / full[:, None]
    rounds, failed = [full], numpy.zeros(len(ids), bool)
    while True:
        short_of = outside + share.T @ rounds[-1] < full - 1e-12
        if (short_of <= failed).all():
            return rounds
        failed |= short_of
        paid = full.copy()
        inside = numpy.eye(failed.sum()) - share[numpy.ix_(failed, failed)].T
        paid[failed] = numpy.linalg.solve(inside, (outside + share[~failed].T @ full[~failed])[failed])
        rounds.append(paid)


def iterates_hold():
    folder = os.path.join(PUBLISHED, "bertschinger-stobbe-2018")
    rows = read(folder, "iterates.csv")
    for scenario in ("a1", "a2"):
        lost = shocks_of(folder, scenario)
        assets = {row["id"]: float(row["external_assets"]) * (1 - lost[row["id"]])
                  for row in read(folder, "entities.csv")}
        rounds = rounds_of_clearing(folder, assets)
        printed = [row for row in rows if row["scenario"] == scenario]
        check(f"{scenario}: as many rounds as printed", len(rounds) == 1 + max(int(row["round"]) for row in printed))
        for row in printed:
            got = rounds[int(row["round"])][list(assets).index(row["entity"])]
            check(f"{scenario} round {row['round']} {row['entity']}",
                  abs(got - float(row["printed"])) <= HALF * unit(row["printed"]), str(got))
            check(f"{scenario} round {row['round']} tolerance", float(row["tolerance"]) == 0.5 * unit(row["printed"]))


def excess(mean, most):
    """z P(Poisson(z) <= most - 1) - 1, above 0 inside the window of contagion."""
    return mean * sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(most)) - 1


def window_holds():
    rows = {int(row["debtors_most"]): row for row in read(PUBLISHED, "gai-kapadia-2010", "window.csv")}
    readme = text_of(os.path.join(PUBLISHED, "gai-kapadia-2010", "README.md"))
    for most in range(1, 9):
        inside = max(excess(0.01 * k, most) for k in range(2000)) > 0
        if most not in rows:
            check(f"no window, or not listed, at {most}", not inside or most == 7)
            continue
        for edge in ("lower", "upper"):
            root, step = float(rows[most][edge]), 1e-9
            change = excess(root + step, most) - excess(root - step, most)
            check(f"{edge} end at {most}", excess(root - step, most) * excess(root + step, most) <= 0 and
                  (change > 0) == (edge == "lower"))
            if most in (4, 5):
                check(f"README names the {edge} end at {most}", f"{root:.4f}" in readme)


def marginals_of(rows, value):
    assets, debts = {}, {}
    for row in rows:
        assets[row["creditor"]] = assets.get(row["creditor"], 0) + float(row[value])
        debts[row["debtor"]] = debts.get(row["debtor"], 0) + float(row[value])
    return assets, debts


def marginals_hold():
    folder = os.path.join(PUBLISHED, "anand-craig-von-peter-2015")
    marginals, table = read(folder, "marginals.csv"), read(folder, "expected-liabilities.csv")
    for name, rows, value, room in (("maximum entropy", table, "computed", 1e-9),
                                    ("minimum density", read(folder, "minimum-density.csv"), "printed", 0)):
        assets, debts = marginals_of(rows, value)
        for row in marginals:
            check(f"{name}: assets of {row['id']}", abs(assets.get(row["id"], 0) - float(row["assets"])) <= room)
            check(f"{name}: debts of {row['id']}", abs(debts.get(row["id"], 0) - float(row["liabilities"])) <= room)
    for row in table:
        name = f"maximum entropy: {row['debtor']} owes {row['creditor']}"
        check(name, abs(float(row["computed"]) - float(row["printed"])) <= HALF * unit(row["printed"]))
        check(f"{name}: tolerance", float(row["tolerance"]) == 0.5 * unit(row["printed"]))
    reconstructed(folder, table)


def reconstructed(folder, table):
    listed = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True).stdout
    if not re.search(r"^\s*reconstruct\b", listed, re.MULTILINE):
        return skip("the maximum-entropy table is reconstructed", "there is no command reconstruct")
    with tempfile.TemporaryDirectory() as parent:
        out = os.path.join(parent, "network")
        words = ["reconstruct", os.path.join(folder, "marginals.csv"), "--method", "ras", "-o", out]
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True)
        check("reconstruct runs", done.returncode == 0, done.stderr)
        made = optional(out, "liabilities.csv")
    got = {(row["debtor"], row["creditor"]): float(row["amount"]) for row in made}
    links = {(row["debtor"], row["creditor"]) for row in table}
    check("reconstruct makes the printed links", set(got) == links, str(set(got) ^ links))
    for row in table:
        value = got.get((row["debtor"], row["creditor"]), math.nan)
        check(f"reconstruct: {row['debtor']} owes {row['creditor']}", abs(value - float(row["computed"])) <= CLOSE,
              str(value))


# ---- the shared cases ------------------------------------------------------------------------------------------------

def matrix(folder, table, row_name, column_name, value, ids):
    result = numpy.zeros((len(ids), len(ids)))
    for row in read(folder, table):
        result[ids.index(row[row_name]), ids.index(row[column_name])] += float(row[value])
    return result


def at(case, path):
    for key in path.split("/"):
        case = case[int(key)] if isinstance(case, list) else case[key]
    return case


DEBTS = ("liabilities.csv", "debtor", "creditor", "amount")
HOLDINGS = ("shareholdings.csv", "holder", "issuer", "share")
# folder: case, [(table, path in the case, transposed)], [(column of entities.csv, path)]
INPUTS = {
    "puig-siebenbrunner-2018/eisenberg-noe": ("en_siebenbrunner3", [(DEBTS, "inputs/liabilities", False)],
                                              [("external_assets", "inputs/external_assets")]),
    "puig-siebenbrunner-2018/rogers-veraart": ("rv_siebenbrunner3", [(DEBTS, "inputs/liabilities", False)],
                                               [("external_assets", "inputs/external_assets")]),
    "bertschinger-stobbe-2018": ("rv_finnetvalu_iterates", [(DEBTS, "inputs/liabilities", False)],
                                 [("external_assets", "outputs/a1/external_assets")]),
    "cinelli-silva-2015": ("debtrank_nrm3", [(DEBTS, "inputs/exposures_asset", True)], [("equity", "inputs/buffer")]),
    "suzuki-2002": ("xos_suzuki4", [(HOLDINGS, "inputs/Ms_row_holds_share_of_col", False)],
                    [("external_assets", "outputs/published_input/a")]),
    "diem-2024/linear": ("esri_diem_fig1", [(("trade.csv", "supplier", "buyer", "amount"),
                                             "inputs/W_supplier_row_buyer_col", False)], []),
    "diem-2024/leontief": ("esri_diem_fig1", [(("trade.csv", "supplier", "buyer", "amount"),
                                               "inputs/W_supplier_row_buyer_col", False)], []),
    "elliott-golub-jackson-2014": ("egj_europe6", [(("claims.csv", "debtor", "holder", "amount"),
                                                    "inputs/claims_row_debtor_col_holder", False)], []),
    "elliott-golub-jackson-2014/two-organisations": ("egj_two_orgs", [(HOLDINGS, "inputs/C", False)], []),
}
# folder: rows of expected.csv (model, settings, scenario, output) and where the case has them
OUTPUTS = {
    "puig-siebenbrunner-2018/eisenberg-noe": [
        ("eisenberg-noe", "", "baseline", "payment", "outputs/payments"),
        ("eisenberg-noe", "", "baseline", "balance", "outputs/equity_unfloored")],
    "puig-siebenbrunner-2018/rogers-veraart": [
        ("rogers-veraart", f"alpha={alpha}", "baseline", output, f"outputs/alpha{alpha}_beta1/{key}")
        for alpha in ("1", "0.4") for output, key in (("payment", "payments"), ("balance", "equity_after"))],
    "bertschinger-stobbe-2018": [("rogers-veraart", "", a, "payment", f"outputs/{a}/payments") for a in ("a1", "a2")],
    "cinelli-silva-2015": [
        (model, "", scenario, "distress", f"outputs/{key}/{column}")
        for model, column in (("debtrank", "original_h"), ("debtrank-linear", "linear_h"))
        for scenario, key in (("a-fails", "shock0"), ("b-fails", "shock1"), ("c-fails", "shock2"),
                              ("ten-percent", "shock_all_10pct"))],
    "suzuki-2002": [
        ("cross-ownership", "", scenario, output, f"outputs/{key}/{column}")
        for scenario, key in (("as-printed", "published_input"), ("stressed", "stressed"), ("severe", "severe"))
        for output, column in (("payment", "debt_value"), ("equity", "equity"))],
    "elliott-golub-jackson-2014": [
        ("cross-holdings", f"theta={theta} cost_share=0.5", "prices-of-2011", "value",
         f"outputs/cascades/A_unrounded/theta{theta}/final_values") for theta in ("0.9", "0.93", "0.935", "0.94")],
    "elliott-golub-jackson-2014/two-organisations": [
        ("cross-holdings", "theta=0.95 cost_share=0", f"only-asset-{k}", "value", f"outputs/A/{k - 1}")
        for k in (1, 2)],
}
for kind, essentiality in (("linear", 1), ("leontief", 2)):
    OUTPUTS[f"diem-2024/{kind}"] = [
        ("production", f"replaceability={word}", "*", "system-loss", f"outputs/ess{essentiality}_market{market}/esri")
        for word, market in (("none", 0), ("sector", 1))]


def case_of(name):
    path = os.path.join(SHARED, "cases", name + ".json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def inputs_are_the_case(name):
    folder, (case_name, tables, columns) = os.path.join(PUBLISHED, name), INPUTS[name]
    case = case_of(case_name)
    if case is None:
        return skip(f"{name} is the case {case_name}", "cases of ../shared are not here")
    entities = read(folder, "entities.csv")
    ids = [row["id"] for row in entities]
    for table, path, transposed in tables:
        here, there = matrix(folder, *table, ids), numpy.array(at(case, path))
        check(f"{name}/{table[0]} is {path}", (here == (there.T if transposed else there)).all(), str(here))
    for column, path in columns:
        check(f"{name}: {column} is {path}", [float(row[column]) for row in entities] == at(case, path))
    for model, settings, scenario, output, path in OUTPUTS[name]:
        here = [float(row["computed"]) for row in read(folder, "expected.csv")
                if (row["model"], row["settings"], row["output"]) == (model, settings, output)
                and scenario in ("*", row["scenario"])]
        check(f"{name} {model} {settings} {scenario} {output} is {path}",
              len(here) == len(ids) and numpy.allclose(here, at(case, path), rtol=0, atol=1e-12), str(here))


def shares_are_of_the_claims():
    """A third of each country is held by the others, in proportion to their claims on it."""
    folder = os.path.join(PUBLISHED, "elliott-golub-jackson-2014")
    ids = [row["id"] for row in read(folder, "entities.csv")]
    claims = matrix(folder, "claims.csv", "debtor", "holder", "amount", ids)
    shares = matrix(folder, *HOLDINGS, ids)
    wanted = (claims / claims.sum(axis=1)[:, None]).T / 3
    check("shares follow from claims", numpy.allclose(shares, wanted, rtol=1e-15, atol=0))


def other_cases():
    case = case_of("recon_anand7")
    if case is None:
        return skip("the marginals and prices are those of the cases", "cases of ../shared are not here")
    folder = os.path.join(PUBLISHED, "anand-craig-von-peter-2015")
    ids = [row["id"] for row in read(folder, "marginals.csv")]
    for table, value, path in (("expected-liabilities.csv", "computed", "outputs/ME"),
                               ("expected-liabilities.csv", "printed", "source/published_ME_rounded"),
                               ("minimum-density.csv", "printed", "source/published_MD")):
        here = matrix(folder, table, "creditor", "debtor", value, ids)
        check(f"{table} {value} is {path}", (here == numpy.array(at(case, path))).all())
    for column, path in (("assets", "inputs/row_sums_assets"), ("liabilities", "inputs/col_sums_liabilities")):
        check(f"marginals: {column}", [float(row[column]) for row in read(folder, "marginals.csv")] == at(case, path))
    case, folder = case_of("egj_europe6"), os.path.join(PUBLISHED, "elliott-golub-jackson-2014")
    prices = numpy.array([float(row["price"]) for row in read(folder, "assets.csv")])
    falls = numpy.array([float(row["value"]) for row in read(folder, "shocks.csv")])
    check("prices of 2008", prices.tolist() == at(case, "inputs/p_2008"))
    check("prices of 2011", numpy.allclose(prices * (1 - falls), at(case, "inputs/p_2011"), rtol=1e-15, atol=0))
    case = case_of("gai_kapadia_window")
    for row in read(PUBLISHED, "gai-kapadia-2010", "window.csv"):
        check(f"window at {row['debtors_most']}",
              [float(row["lower"]), float(row["upper"])] == at(case, "outputs/analytic_window/" + row["debtors_most"]))


check("there are networks", len(networks) >= 10, str(networks))
for network in networks:
    folder_is_told(network)
    expected_holds(network)
documents_hold()
iterates_hold()
window_holds()
marginals_hold()
shares_are_of_the_claims()
for key in INPUTS:
    inputs_are_the_case(key)
other_cases()
end()
