#!/usr/bin/python3
"""The report page as it is written: argv[1] is the program. A place for every chart, nothing loaded, the numbers of the results.

test_report_page.py looks at it in a browser."""
import html.parser
import json
import os
import subprocess
import sys
import tempfile

from checks import PROGRAM, SOURCE, check, end, skip

EVIL = "</script><b onload=alert(1)>\"'&"


def run(*arguments):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=300)


def write_network(folder):
    os.makedirs(folder)
    with open(os.path.join(folder, "network.yaml"), "w") as file:
        file.write("name: three banks\ncurrency: EUR\nunit: mn\nas_of: 2026-06-30\n")
    with open(os.path.join(folder, "entities.csv"), "w") as file:
        name = EVIL.replace('"', '""')
        file.write(f'id,name,sector,external_assets,external_liabilities\nA,"{name}",bank,120,90\nB,Beta,bank,60,40\nC,,bank,30,25\n')
    with open(os.path.join(folder, "liabilities.csv"), "w") as file:
        file.write("debtor,creditor,amount\nA,B,20\nB,C,15\nC,A,10\n")


def write_scenarios(folder):
    listed, drawn = os.path.join(folder, "listed.csv"), os.path.join(folder, "drawn.yaml")
    with open(listed, "w") as file:
        file.write("scenario,target,variable,value\nmild,A,external_assets_loss,0.1\nhard <i>,*,external_assets_loss,0.5\n")
    with open(drawn, "w") as file:
        file.write("count: 5000\nseed: 7\nfactors: [{name: market}]\nloadings: [{target: '*', factor: market, value: 0.6}]\n"
                   "marginals: [{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.2, sd: 0.15}]\n")
    return listed, drawn


class Page(html.parser.HTMLParser):
    """The places of charts, the data, and whatever names a place outside."""

    def __init__(self):
        super().__init__()
        self.charts, self.loads, self.data, self.in_data = set(), [], "", False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        for key in ("src", "href"):
            if not values.get(key, "#").startswith(("#", "data:,")):
                self.loads.append((tag, values[key]))
        self.in_data = tag == "script" and values.get("id") == "data"
        if values.get("class") == "chart":
            self.charts.add(values["id"])

    def handle_endtag(self, tag):
        self.in_data = False

    def handle_data(self, data):
        if self.in_data:
            self.data += data


def read_page(text):
    page = Page()
    page.feed(text)
    return page


def check_page(name, results, charts):
    path = os.path.splitext(results)[0] + ".html"
    made = run("report", results, "-o", path)
    check(f"{name}: report", made.returncode == 0, made.stderr)
    if made.returncode != 0:
        return
    check(f"{name}: an existing page is kept", run("report", results, "-o", path).returncode == 73)
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page = read_page(text)
    check(f"{name}: loads nothing", not page.loads, f"{page.loads}")
    check(f"{name}: size", len(text) < 3_000_000)
    check_numbers(name, results, page)
    check(f"{name}: charts", page.charts == charts, f"{sorted(page.charts ^ charts)}")
    return text


def check_numbers(name, results, page):
    data = json.loads(page.data)
    import h5py
    with h5py.File(results) as file:
        expected = file["default_probability"][...]
    shown = [entity["default"] for entity in data["entities"]]
    check(f"{name}: default probabilities", list(expected) == shown, f"{expected} {shown}")
    if data["lines"]:
        lines = data["lines"]
        check(f"{name}: lines add up", sum(lines["shown"]) == lines["sum_shown"])
    if data["distribution"]:
        check(f"{name}: bins", sum(data["distribution"]["count"]) == data["distribution"]["total"])


class Tables(html.parser.HTMLParser):
    """Rows of the tables by their id, as [text of the cell, full number, link, its first text], and every id of the page."""

    def __init__(self):
        super().__init__()
        self.rows, self.ids, self.table, self.cell = {}, set(), None, None

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids.add(values.get("id"))
        if tag == "table":
            self.table = values.get("id")
            self.rows[self.table] = []
        elif tag == "tr" and self.table:
            self.rows[self.table].append([])
        elif tag in ("td", "th") and self.table:
            self.cell = ["", values.get("data-v"), None, ""]
            self.rows[self.table][-1].append(self.cell)
        elif tag == "a" and self.cell:
            self.cell[2] = values.get("href")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.cell = None
        elif tag == "table":
            self.table = None

    def handle_data(self, data):
        if self.cell:
            self.cell[3] = self.cell[3] or data
            self.cell[0] += data


def check_measures(name, text, results):
    """The section beside losses: a row an entity, the file's numbers, each with a link to a definition that is there."""
    import h5py
    page = Tables()
    page.feed(text)
    head, *rows = page.rows["measures-table"]
    with h5py.File(results) as file:
        measures = list(file["provenance"].attrs["measures"])
        check(f"{name}: a column a measure", len(head) == 1 + len(measures) and len(rows) == len(file["entity"]), f"{head}")
        for column, measure in enumerate(measures):
            shown = sorted(float(row[1 + column][1]) for row in rows)
            check(f"{name}: {measure} is the file's", shown == sorted(file[measure][...]))
            links = {row[1 + column][2] for row in [head, *rows]}
            check(f"{name}: {measure} leads to its definition", links == {"#def-" + measure} and "def-" + measure in page.ids)
        system = page.rows["system-measures"][1:]
        check(f"{name}: numbers of the system", [float(row[1][1]) for row in system] ==
              [file[measure][()] for measure in file["provenance"].attrs["system_measures"]])
        check(f"{name}: refinancing by quarter", json.loads(read_page(text).data)["by_quarter"][0]["mean"] ==
              list(file["refinancing_by_quarter"]))
    check(f"{name}: who falls with whom", len(page.rows["dependence-table"]) > 2)
    check(f"{name}: the tail by line", len(page.rows["line-tail-table"]) == 13 and "The cost of distress" in text)


def check_dependence(name, text, results):
    """The charts of who falls with whom have the file's numbers, wherever their columns come from."""
    import h5py
    data = json.loads(read_page(text).data)
    with h5py.File(results) as file:
        others, given, value = (file[key][...] for key in ("others_loss_given_default", "loss_mean_given_default", "baseline_value"))
    check(f"{name}: discs of impact", len(data["impact"]) > 5 and
          all(disc["lost"] == others[disc["entity"]] for disc in data["impact"]), f"{data['impact'][:2]}")
    matrix = data["matrix"]
    expected = [[given[column][row] / value[row] for column in matrix["column"]] for row in matrix["row"]]
    check(f"{name}: matrix of losses", matrix["losses"] and matrix["share"] == expected, f"{matrix['share'][:1]} {expected[:1]}")
    check(f"{name}: whoever defaults loses all", all(
        matrix["share"][matrix["row"].index(k)][c] > 0.99 for c, k in enumerate(matrix["column"]) if k in matrix["row"]))


def check_causes(name, text, results):
    """A row a kept scenario that is told, the file's numbers, amounts that add up as they are shown, definitions that are there."""
    import h5py
    page = Tables()
    page.feed(text)
    head, *rows = page.rows["causes-table"]
    with h5py.File(results) as file:
        kept = file["kept"]
        told = [k for k, parts in enumerate(kept["cause_loss_gross"][...]) if parts[0] == parts[0]]
        check(f"{name}: a row a scenario that is told", len(rows) == min(len(told), 100) and len(rows) > 1, f"{len(rows)}")
        check(f"{name}: a column a cause", len(head) == 2 + len(kept["cause"]), f"{head}")
        for row, k in zip(rows, told):
            numbers = [float(cell[1]) for cell in row[1:]]
            check(f"{name}: causes of {row[0][0]}", numbers == [kept["loss_gross"][k], *kept["cause_loss_gross"][k]], f"{numbers}")
            shown = [float(cell[3].replace("\u2212", "-").replace(",", "")) for cell in row[1:]]
            check(f"{name}: shown causes of {row[0][0]} add up", abs(shown[0] - sum(shown[1:])) < 1e-6 * shown[0], f"{shown}")
    links = [cell[2] for cell in head[2:]]
    check(f"{name}: causes lead to their definitions", all(link and link[1:] in page.ids for link in links), f"{links}")
    shares = json.loads(read_page(text).data)["causes"]
    check(f"{name}: the chart has the first of them", 0 < len(shares["scenarios"]) <= 45 and len(shares["name"]) == len(head) - 2)


def check_drawn_assumptions(folder, network, scenarios, charts):
    path = os.path.join(folder, "assumptions.yaml")
    with open(scenarios) as file, open(path, "w") as copy:
        copy.write(file.read().replace("assumption_draws: 1\n", "assumption_draws: 2\n"))
    text = run_and_check("draws", folder, [network, "--model", "loop", "--scenarios", path, "--count", 8192], charts)
    if text:
        check("draws: the spread is told", "the least and the greatest mean of the 2 draws" in text)
        check("draws: the chart has it", None not in json.loads(read_page(text).data)["by_quarter"][0]["low"])


def run_and_check(name, folder, arguments, charts):
    results = os.path.join(folder, f"{name}.h5")
    made = run("run", *arguments, "-o", results)
    check(f"{name}: run", made.returncode == 0, made.stderr)
    return check_page(name, results, charts) if made.returncode == 0 else None


def main():
    charts = {"map-chart", "bands-chart", "circle-chart", "lines-chart", "entities-chart"}
    drawn_charts = charts | {"distribution-chart", "exceedance-chart", "factors-chart", "impact-chart", "matrix-chart"}
    with tempfile.TemporaryDirectory() as folder:
        network = os.path.join(folder, "network")
        write_network(network)
        listed, drawn = write_scenarios(folder)
        model = ["--model", "eisenberg-noe"]
        run_and_check("single", folder, [network, *model], charts)
        text = run_and_check("none-kept", folder, [network, *model, "--scenarios", drawn, "--keep", "worst:0"], drawn_charts)
        check("without kept scenarios there is no table of them", text is None or "Largest losses first" not in text)
        run_and_check("listed", folder, [network, *model, "--scenarios", listed], charts | {"cases-chart"})
        text = run_and_check("drawn", folder, [network, *model, "--scenarios", drawn], drawn_charts)
        if text:
            check("names stay text", EVIL not in text and "&lt;/script&gt;&lt;b onload" in text)
        loop = os.path.join(SOURCE, "datasets", "ai-loop", "2026-08")
        scenarios = os.path.join(SOURCE, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")
        if os.path.isdir(loop) and os.path.exists(scenarios):
            arguments = [loop, "--model", "loop", "--scenarios", scenarios, "--count", 4096]
            loop_charts = drawn_charts | {"quarters-chart", "by-quarter-chart", "causes-chart", "paths-chart"}
            text = run_and_check("ai-loop", folder, arguments, loop_charts)
            if text:
                check_measures("ai-loop", text, os.path.join(folder, "ai-loop.h5"))
                check_causes("ai-loop", text, os.path.join(folder, "ai-loop.h5"))
                check_dependence("ai-loop", text, os.path.join(folder, "ai-loop.h5"))
            check_drawn_assumptions(folder, loop, scenarios, loop_charts)
            text = run_and_check("untold", folder, [*arguments, "--set", "causes=0"], loop_charts - {"causes-chart"})
            check("untold: nothing by cause", text is None or 'id="causes-table"' not in text)
        else:
            skip("ai-loop", "the data set is not here")
    end()


main()
