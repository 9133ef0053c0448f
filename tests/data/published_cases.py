"""The networks of datasets/published against the cases of ../shared that they were made from."""
import json
import os

import numpy

from checks import SOURCE, check, skip
from published_networks import PUBLISHED, got_for, read, run, values_of, words_of

SHARED = os.environ.get("LOOPSTRESS_SHARED", os.path.join(SOURCE, "..", "shared"))


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


def matrix_is_the_case():
    """Without costs of failure values are the case's matrix times outputs."""
    case, folder = case_of("egj_europe6"), os.path.join(PUBLISHED, "elliott-golub-jackson-2014")
    if case is None:
        return skip("values are A times outputs", "cases of ../shared are not here")
    rows = [row for row in read(folder, "expected.csv") if row["settings"] == "theta=0.9 cost_share=0"]
    values = {scenario: numpy.array([got_for(folder, row) for row in rows if row["scenario"] == scenario])
              for scenario in ("prices-of-2008", "prices-of-2011")}
    for year in ("2008", "2011"):
        wanted = numpy.array(at(case, "outputs/A")) @ at(case, f"inputs/p_{year}")
        same = numpy.allclose(values["prices-of-" + year], wanted, rtol=1e-12, atol=0)
        check(f"values of {year} are A times outputs", same)
    ratio, wanted = values["prices-of-2011"] / values["prices-of-2008"], at(case, "outputs/value_ratio_2011_over_2008")
    check("values fall as in the case", numpy.allclose(ratio, wanted, rtol=1e-12, atol=0))


def chains_are_the_case():
    """Down and up the chain by themselves, which the index takes the larger of, firm by firm."""
    case = case_of("esri_diem_fig1")
    if case is None:
        return skip("chains of the eleven firms", "cases of ../shared are not here")
    for kind, essentiality in (("linear", 1), ("leontief", 2)):
        folder = os.path.join(PUBLISHED, "diem-2024", kind)
        ids = [row["id"] for row in read(folder, "entities.csv")]
        sales = matrix(folder, "trade.csv", "supplier", "buyer", "amount", ids).sum(axis=1)
        for word, market in (("none", 0), ("sector", 1)):
            variant = at(case, f"outputs/ess{essentiality}_market{market}")
            answer = run(words_of(folder, {"model": "production", "settings": "replaceability=" + word}))
            lost = {way: numpy.array([[1 - values_of(answer[i + "-stops"], way)[j] for j in ids] for i in ids])
                    for way in ("downstream", "upstream")}
            for way, path in (("downstream", "esri_d"), ("upstream", "esri_u")):
                check(f"{kind} {word} {way}", numpy.allclose(lost[way] @ sales / sales.sum(), variant[path], atol=1e-9))
            check(f"{kind} {word} firm 3", numpy.allclose(lost["downstream"][2], variant["loss_d_firm3"], atol=1e-9))


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
    falls = numpy.array([float(row["value"]) for row in read(folder, "shocks.csv") if row["target"] != "*"])
    check("prices of 2008", prices.tolist() == at(case, "inputs/p_2008"))
    check("prices of 2011", numpy.allclose(prices * (1 - falls), at(case, "inputs/p_2011"), rtol=1e-15, atol=0))
    case = case_of("gai_kapadia_window")
    for row in read(PUBLISHED, "gai-kapadia-2010", "window.csv"):
        check(f"window at {row['debtors_most']}",
              [float(row["lower"]), float(row["upper"])] == at(case, "outputs/analytic_window/" + row["debtors_most"]))


def all_hold():
    for name in INPUTS:
        inputs_are_the_case(name)
    matrix_is_the_case()
    chains_are_the_case()
    other_cases()
