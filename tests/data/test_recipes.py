#!/usr/bin/python3
"""The recipes of docs/recipes on samples of the documented layouts, and on published figures where those are at hand."""
import csv
import json
import os
import shutil
import subprocess
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

try:
    import h5py
except ImportError as error:
    skip("recipes", str(error))
    end()

SAMPLES = os.path.join(SOURCE, "tests", "data", "samples")
RECIPES = os.path.join(SOURCE, "docs", "recipes")
SHARED = os.environ.get("LOOPSTRESS_SHARED", os.path.join(SOURCE, "..", "shared"))
folder = tempfile.mkdtemp(prefix="loopstress-recipes-")


def imported(source, recipe, name, *words):
    """The network as dictionaries {(row, column): value}, and what was told; None where the import failed."""
    path = os.path.join(folder, name + ".h5")
    done = subprocess.run([PROGRAM, "import", source, "--map", recipe, "-o", path, *words], capture_output=True, text=True)
    if done.returncode != 0:
        return None, done.stderr
    tables = {}
    with h5py.File(path) as file:
        ids = [text.decode() for text in file["entity"][()]]
        tables["entities"] = ids
        for group, other in (("liabilities/0", ids), ("holdings", "asset")):
            if group not in file:
                continue
            columns = [text.decode() for text in file[other][()]] if isinstance(other, str) else other
            start, index, data = (file[group][key][()] for key in ("indptr", "indices", "data"))
            tables[group.split("/")[0]] = {(ids[row], columns[index[k]]): data[k]
                                           for row in range(len(ids)) for k in range(start[row], start[row + 1])}
        if "equity" in file["entities"]:
            tables["equity"] = dict(zip(ids, file["entities"]["equity"][()]))
        if "name" in file["entities"]:
            tables["name"] = [text.decode() for text in file["entities"]["name"][()]]
        tables["files"] = sorted(text if isinstance(text, str) else text.decode() for text in file["import"].attrs["files"])
    return tables, done.stderr


def rewritten(source, target, old, new):
    with open(source, encoding="utf-8") as file:
        text = file.read()
    check(f"'{old}' stands in {os.path.basename(source)}", old in text)
    with open(target, "w", encoding="utf-8") as file:
        file.write(text.replace(old, new))
    return target


# ---- BIS -------------------------------------------------------------------------------------------------------------

BIS = os.path.join(RECIPES, "bis-consolidated.yaml")
BIS_SAMPLE = os.path.join(SAMPLES, "WS_CBS_PUB_csv_flat.csv")
# debtor, creditor: read off the sample by eye
BIS_LINKS = {("FR", "DE"): 120.5, ("US", "DE"): 300, ("BR", "DE"): 7.25, ("DE", "FR"): 90, ("US", "FR"): 210.125,
             ("DE", "US"): 55, ("FR", "US"): 66, ("JP", "US"): 400, ("US", "JP"): 999.5, ("FR", "JP"): 31}

network, told = imported(BIS_SAMPLE, BIS, "bis")
check("the BIS sample is imported", network is not None, told)
if network is not None:
    check("BIS links are those of the quarter, without aggregates", network["liabilities"] == BIS_LINKS, network["liabilities"])
    check("BIS countries are the reporters and counterparties", sorted(network["entities"]) == ["BR", "DE", "FR", "JP", "US"])
    check("BIS files are recorded", network["files"] == ["WS_CBS_PUB_csv_flat.csv", "bis-consolidated.yaml"])
    for line in ("27 rows read, 10 rows made", "dropped 2: a value is missing", "dropped 1: links to oneself",
                 "dropped 1: amounts of 0", "dropped 2: where 'L_REP_CTY:Reporting country'",
                 "dropped 3: where 'L_CP_COUNTRY:Counterparty country'", "dropped 1: where 'TIME_PERIOD:Time period or range'"):
        check("BIS report counts: " + line, line in told, told)

# A dimension that is left open would add up different series: rows then stand twice and are refused.
open_map = rewritten(BIS, os.path.join(folder, "open.yaml"),
                     '      - {column: "CBS_BASIS:CBS reporting basis", before: ":", is: U}', "      # left open")
network, told = imported(BIS_SAMPLE, open_map, "open")
check("two series of one pair are refused", network is None and "link from 'FR' to 'DE' stands twice" in told, told)

# ---- EBA -------------------------------------------------------------------------------------------------------------

EBA = os.path.join(RECIPES, "eba-transparency.yaml")
EBA_SAMPLE = os.path.join(SAMPLES, "eba")


def lei(number):
    with open(os.path.join(EBA_SAMPLE, "tr_oth.csv"), encoding="utf-8") as file:
        return list(dict.fromkeys(row["LEI_Code"] for row in csv.DictReader(file)))[number]


A, B, C = lei(0), lei(1), lei(2)
HOLDINGS = {(A, "sovereign-10"): 3.75, (A, "sovereign-20"): 4.75, (B, "sovereign-10"): 6, (C, "sovereign-20"): 2.5}


def check_eba(what, source, recipe, name):
    found, told = imported(source, recipe, name)
    check(what + " is imported", found is not None, told)
    if found is None:
        return told
    check(what + " has its holdings", found["holdings"] == HOLDINGS, found["holdings"])
    check(what + " has its capital", found["equity"] == {A: 10.5, B: 20.25, C: 5}, found["equity"])
    check(what + " has its names", found["name"] == ["Bank A, made up", "Crédit B, made up", C], found["name"])
    return told


told = check_eba("the EBA sample", EBA_SAMPLE, EBA, "eba")
for line in ("dropped 3: where 'LEI_Code' must lei", "dropped 1: rows of a key that stood before", "dropped 3: where 'Country'",
             "added up 2: rows of a key that stood before", "dropped 3: a value is missing", "dropped 1: amounts of 0"):
    check("EBA report counts: " + line, line in told, told)

# The same with decimal commas, semicolons, a byte order mark and Windows-1252, and a map that says so.
local = os.path.join(folder, "local")
shutil.copytree(EBA_SAMPLE, local)
for name in ("tr_sov.csv", "tr_oth.csv"):
    with open(os.path.join(EBA_SAMPLE, name), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows[1:]:
        row[-1] = row[-1].replace(".", ",")
    with open(os.path.join(local, name), "w", encoding="utf-8-sig" if name == "tr_sov.csv" else "cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
written = "    delimiter: semicolon\n    decimal: comma\n"
comma = rewritten(EBA, os.path.join(folder, "half.yaml"), "    file: tr_sov.csv\n", "    file: tr_sov.csv\n" + written)
comma = rewritten(comma, os.path.join(folder, "comma.yaml"), "    file: tr_oth.csv\n",
                  "    file: tr_oth.csv\n    encoding: windows-1252\n" + written)
check_eba("the EBA sample with decimal commas", local, comma, "comma")
network, told = imported(local, EBA, "wrong")
check("a file with semicolons is refused by the plain map", network is None and "must be a comma" in told, told)

# Text where a number must stand.
broken = os.path.join(folder, "broken")
shutil.copytree(EBA_SAMPLE, broken)
rewritten(os.path.join(EBA_SAMPLE, "tr_sov.csv"), os.path.join(broken, "tr_sov.csv"), ",4.75\n", ",see note\n")
network, told = imported(broken, EBA, "broken")
check("text in a number column names both lines",
      network is None and "tr_sov.csv:9: amount is 'see note' (eba-transparency.yaml:" in told, told)

# ---- published figures -----------------------------------------------------------------------------------------------

eba = os.path.join(SHARED, "data", "eba", "eba_exposures_2016.csv")
if not os.path.exists(eba):
    skip("EBA exposures of 2016", "no shared data")
else:
    recipe = os.path.join(folder, "figures.yaml")
    where = "[{column: Exposure, is: Central banks and central governments}, {column: Country, is_not: Total}]"
    with open(recipe, "w", encoding="utf-8") as file:
        file.write("tables:\n- table: holdings\n  where: " + where + "\n  zeros: drop\n  duplicates: sum\n"
                   "  missing: {markers: [NA], then: drop}\n"
                   "  columns: {holder: LEI_code, asset: Country, amount: Bond_Amount}\n")
    expected = {}
    with open(eba, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            wanted = row["Exposure"] == "Central banks and central governments" and row["Country"] != "Total"
            if wanted and row["Bond_Amount"] not in ("", "NA") and float(row["Bond_Amount"]) != 0:
                key = (row["LEI_code"], row["Country"])
                expected[key] = expected.get(key, 0.0) + float(row["Bond_Amount"])
    negative = [key for key, value in expected.items() if value < 0]
    network, told = imported(eba, recipe, "figures")
    if negative:
        check("negative holdings are refused", network is None and "must be >= 0" in told, told)
    else:
        check("EBA bonds of 2016 are those of the file", network is not None and network["holdings"] == expected, told)

bis = os.path.join(SHARED, "data", "bis_countries", "2015.json")
if not os.path.exists(bis):
    skip("BIS claims of 2015", "no shared data")
else:
    with open(bis, encoding="utf-8") as file:
        edges = json.load(file)["edges"]
    with open(BIS_SAMPLE, encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    flat = os.path.join(folder, "flat.csv")
    fixed = {"FREQ": "Q: x", "L_MEASURE": "S", "CBS_BANK_TYPE": "4B", "CBS_BASIS": "U", "L_POSITION": "C", "L_INSTR": "A",
             "REM_MATURITY": "A", "CURR_TYPE_BOOK": "TO1", "L_CP_SECTOR": "A: x", "UNIT_MULT": "6", "TIME_PERIOD": "2025-Q1"}
    with open(flat, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        for edge in edges:
            row = {name: fixed.get(name.split(":")[0], "") for name in header}
            row["L_REP_CTY:Reporting country"], row["L_CP_COUNTRY:Counterparty country"] = edge["creditor"], edge["debtor"]
            row["OBS_VALUE:Observation Value"] = repr(float(edge["amount"]))
            writer.writerow(row)
    expected = {(edge["debtor"], edge["creditor"]): float(edge["amount"]) for edge in edges
                if edge["amount"] != 0 and edge["debtor"] != edge["creditor"]}
    network, told = imported(flat, BIS, "countries")
    check("BIS claims of 2015 are those of the file", network is not None and network["liabilities"] == expected, told)

shutil.rmtree(folder)
end()
