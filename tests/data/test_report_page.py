#!/usr/bin/python3
"""The report page in a real browser, at desktop and phone width, light and dark: every chart there and filled, nothing outside the
page or over other text, contrast, names for screen readers, the Tab key, paper. argv[1] is the program."""
import base64
import os
import re
import subprocess
import sys
import tempfile

from browser import BROWSER, Browser
from checks import PROGRAM, SOURCE, check, end, skip

DESKTOP, PHONE = 1400, 390
CONTRAST = 4.5    # WCAG 2.1, 1.4.3: of text that is not large
# Overlaps of text in one chart. Labels of the map go where they hide least: of some sixty, few may have no better place.
OVERLAPS = {"map-chart": 3}
EVIL = ["<b>x</b>", "]]></script><script>window.evil = 1</script>", "\"'&amp;<img src=x onerror=window.evil=1>", "</title>{{1+1}}"]

LOSSES = {"map-chart", "lines-chart", "entities-chart"}
DRAWN = LOSSES | {"distribution-chart", "exceedance-chart", "factors-chart", "impact-chart", "matrix-chart"}
LINKED = {"bands-chart", "circle-chart"}
LOOP = {"quarters-chart", "by-quarter-chart", "causes-chart", "paths-chart"}

# What is asked of the page. Each function gives a list of complaints, empty where all is well.
QUESTIONS = r"""
(() => {
  const charts = Array.from(document.querySelectorAll("div.chart"));
  const name = (element) => (element.textContent || "").trim().slice(0, 30);
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility === "visible";

  function empty() {
    return charts.filter((chart) => {
      const svg = chart.querySelector("svg");
      return !svg || svg.querySelectorAll("path, rect, circle, line").length < 4 || 
        (svg.querySelectorAll("text").length < 2 && chart.id !== "map-chart") || /* of many discs none may have room for its name */
       
        svg.getBoundingClientRect().width < 200 || svg.getBoundingClientRect().height < 60;
    }).map((chart) => chart.id);
  }

  /* Marks beyond the svg's own frame by more than two pixels, and charts beyond the page that cannot be scrolled. */
  function outside() {
    const found = [];
    charts.forEach((chart) => {
      const svg = chart.querySelector("svg"), frame = svg.getBoundingClientRect();
      if (!chart.classList.contains("scrolled") && frame.right > document.documentElement.clientWidth + 1) found.push(chart.id);
      if (chart.classList.contains("scrolled") && chart.tabIndex !== 0) found.push(chart.id + " cannot be scrolled by keyboard");
      svg.querySelectorAll("text, rect, circle, path").forEach((mark) => {
        const box = mark.getBoundingClientRect();
        if (box.width === 0 && box.height === 0) return;
        const off = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
        if (off > 2) found.push(chart.id + " " + mark.tagName + " " + mark.getAttribute("class") + " " + name(mark) + " " + off.toFixed(1));
      });
    });
    return found;
  }

  /* Pairs of texts of a chart that share more than a tenth of the smaller one. Turned text is left out: its frame is not its shape. */
  function overlaps() {
    const found = {};
    charts.forEach((chart) => {
      const boxes = Array.from(chart.querySelectorAll("text")).filter((text) => text.textContent.trim() &&
        !/rotate/.test(text.getAttribute("transform") || "")).map((text) => ({ text: text, box: text.getBoundingClientRect() }));
      boxes.forEach((a, k) => boxes.slice(k + 1).forEach((b) => {
        const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        const least = Math.min(a.box.width * a.box.height, b.box.width * b.box.height);
        if (x > 0 && y > 0 && x * y > 0.1 * least) (found[chart.id] = found[chart.id] || []).push(name(a.text) + " | " + name(b.text));
      }));
    });
    return found;
  }

  const parse = (text) => {
    const part = /rgba?\(([^)]*)\)/.exec(text)[1].split(/[ ,/]+/).map(Number);
    return { rgb: part.slice(0, 3), alpha: part.length > 3 ? part[3] : 1 };
  };
  const over = (top, alpha, below) => top.map((value, k) => value * alpha + below[k] * (1 - alpha));
  function light(rgb) {
    const linear = rgb.map((value) => value / 255).map((v) => v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  }
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);

  let grounds = new Map(); /* of elements already asked for: large tables have ten thousand cells */
  function ground(element) {
    if (!element) return [255, 255, 255];
    if (!grounds.has(element)) {
      const colour = parse(getComputedStyle(element).backgroundColor);
      grounds.set(element, colour.alpha === 1 ? colour.rgb : over(colour.rgb, colour.alpha, ground(element.parentElement)));
    }
    return grounds.get(element);
  }

  /* In a chart: what was drawn in the same group before the text and lies under its middle; a halo is of the page's own colour. */
  function groundOfText(text) {
    let below = ground(text.closest("div.chart"));
    if (parse(getComputedStyle(text).stroke === "none" ? "rgba(0,0,0,0)" : getComputedStyle(text).stroke).alpha > 0) return below;
    const box = text.getBoundingClientRect(), x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
    for (let mark = text.parentElement.firstElementChild; mark && mark !== text; mark = mark.nextElementSibling) {
      const frame = mark.getBoundingClientRect(), style = getComputedStyle(mark);
      if (mark.tagName !== "rect" || x < frame.left || x > frame.right || y < frame.top || y > frame.bottom) continue;
      if (style.fill !== "none") below = over(parse(style.fill).rgb, Number(style.fillOpacity), below);
    }
    return below;
  }

  function faint(least) {
    const found = [];
    grounds = new Map();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !element || element.closest("script, noscript, title") || !shown(element)) continue;
      const svg = element.closest("svg"), text = svg ? element.closest("text") : element;
      if (!text || (svg && !svg.closest("div.chart"))) continue;
      const colour = parse(svg ? getComputedStyle(text).fill : getComputedStyle(text).color);
      const below = svg ? groundOfText(text) : ground(text), seen = ratio(over(colour.rgb, colour.alpha, below), below);
      if (seen < least) found.push(name(text) + " " + seen.toFixed(2) + (svg ? " in " + svg.closest("div.chart").id : ""));
    }
    return found;
  }

  function unnamed() {
    const found = [];
    document.querySelectorAll("svg").forEach((svg) => {
      if (!(svg.getAttribute("aria-label") || "").trim() && svg.getAttribute("aria-hidden") !== "true") found.push("svg");
    });
    document.querySelectorAll("table").forEach((table) => {
      if (!table.caption && !table.closest("details")) found.push("table " + table.id);
    });
    document.querySelectorAll("section").forEach((section) => {
      if (!document.getElementById(section.getAttribute("aria-labelledby"))) found.push("section " + section.id);
    });
    document.querySelectorAll("[role=region]").forEach((region) => {
      if (!(region.getAttribute("aria-label") || "").trim()) found.push("region");
    });
    document.querySelectorAll("input").forEach((input) => { if (!input.labels.length) found.push("input"); });
    document.querySelectorAll("th").forEach((th) => { if (!th.scope) found.push("th " + name(th)); });
    return found;
  }

  function structure() {
    const found = [], ids = new Set();
    document.querySelectorAll("[id]").forEach((element) => {
      if (ids.has(element.id)) found.push("id twice: " + element.id);
      ids.add(element.id);
    });
    document.querySelectorAll("a[href]").forEach((a) => {
      const to = a.getAttribute("href");
      if (to[0] !== "#" || !ids.has(to.slice(1))) found.push("link to " + to);
    });
    let level = 0;
    document.querySelectorAll("h1, h2, h3, h4").forEach((h) => {
      const own = Number(h.tagName[1]);
      if (own > level + 1) found.push(h.tagName + " " + name(h));
      level = own;
    });
    if (document.querySelectorAll("h1").length !== 1) found.push("h1");
    if (!document.documentElement.lang || !document.title) found.push("lang or title");
    return found;
  }

  /* Cells with figures that lead to no definition. */
  function undefined_numbers() {
    const found = [];
    ["entity-table", "dependence-table", "measures-table", "system-measures", "causes-table", "flow-table", "line-tail-table"]
      .map((id) => document.getElementById(id)).filter((table) => table).forEach((table) => {
        table.querySelectorAll("td:not(.text)").forEach((cell) => {
          if (/[0-9]/.test(cell.textContent) && !cell.querySelector("a[href^='#']")) found.push(table.id + " " + name(cell));
        });
      });
    document.querySelectorAll(".figures dd:not(.note)").forEach((dd) => { if (!dd.querySelector("a")) found.push(name(dd)); });
    return found;
  }

  window.questions = { empty, outside, overlaps, faint, unnamed, structure, undefined_numbers,
    charts: () => charts.map((chart) => chart.id), wide: () => document.documentElement.scrollWidth - innerWidth };
})()
"""


def loopstress(*arguments):
    made = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    check(f"{arguments[0]} {os.path.basename(str(arguments[1]))}", made.returncode == 0, made.stderr)
    return made.returncode == 0


def page_of(folder, name, *arguments):
    results, path = os.path.join(folder, name + ".h5"), os.path.join(folder, name + ".html")
    if loopstress("run", *arguments, "--quiet", "-o", results) and loopstress("report", results, "-o", path):
        return path
    return None


# ---- one look ------------------------------------------------------------------------------------------------------

def none(name, complaints):
    check(name, not complaints, f"{len(complaints)}: " + "; ".join(map(str, list(complaints)[:6])))


def look(browser, name, path, charts, width):
    browser.view(width)
    browser.open(path)
    browser.ask(QUESTIONS)
    none(f"{name}: console", browser.console)
    bare = re.findall(r"\b(?:NaN|undefined|Infinity)\b", browser.ask("document.body.innerText"))
    none(f"{name}: numbers are numbers", bare)
    none(f"{name}: nothing is loaded", [url for url in browser.requests if not url.startswith("data:")][1:])
    seen = browser.ask("questions.charts()")
    check(f"{name}: charts", sorted(seen) == sorted(charts), f"{sorted(set(seen) ^ set(charts))}")
    for question in ("empty", "outside"):
        none(f"{name}: {question}", browser.ask(f"questions.{question}()"))
    check(f"{name}: no wider than the window", browser.ask("questions.wide()") <= 0, str(browser.ask("questions.wide()")))
    for chart, pairs in browser.ask("questions.overlaps()").items():
        check(f"{name}: texts of {chart} apart", len(pairs) <= OVERLAPS.get(chart, 0), f"{len(pairs)}: {pairs[:6]}")
    none(f"{name}: contrast, light", browser.ask(f"questions.faint({CONTRAST})"))
    browser.view(width, dark=True)
    none(f"{name}: contrast, dark", browser.ask(f"questions.faint({CONTRAST})"))
    none(f"{name}: console in the end", browser.console)


def look_at_structure(browser, name):
    for question in ("unnamed", "structure", "undefined_numbers"):
        none(f"{name}: {question}", browser.ask(f"questions.{question}()"))
    told = browser.tree()
    bare = [role for role, said in told if role in ("image", "img", "link", "button", "checkbox", "heading", "region") and not said.strip()]
    none(f"{name}: a screen reader is told all names", bare)
    check(f"{name}: it is told of images", any(role in ("image", "img") for role, _ in told))


def look_at_paper(browser, name):
    page = base64.b64decode(browser.call("Page.printToPDF")["data"])
    check(f"{name}: prints", page.startswith(b"%PDF") and len(page) > 20000, str(len(page)))
    check(f"{name}: stories are open on paper", browser.ask("!document.querySelector('details.story:not([open])')"))


# ---- keyboard ------------------------------------------------------------------------------------------------------

ACTIVE = """(() => {
  const at = document.activeElement, style = getComputedStyle(at);
  window.passed = window.passed || [];
  const back = passed.length && !(passed[passed.length - 1].compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
  passed.push(at);
  const mark = at.querySelector(".rim") ? getComputedStyle(at.querySelector(".rim")).strokeWidth === "3px" : style.outlineStyle !== "none" && style.outlineWidth !== "0px";
  return { what: at.tagName + "#" + at.id + "." + at.getAttribute("class"), back: Boolean(back), marked: mark, body: at === document.body };
})()"""


def look_at_keyboard(browser, name):
    browser.view(DESKTOP)
    check(f"{name}: no order of its own", browser.ask("!document.querySelector('[tabindex]:not([tabindex=\"0\"]):not([tabindex=\"-1\"])')"))
    steps = []
    for _ in range(24):
        browser.press("Tab")
        steps.append(browser.ask(ACTIVE))
    check(f"{name}: first to the summary", ".skip" in steps[0]["what"], str(steps[0]))
    none(f"{name}: Tab goes down the page", [step["what"] for step in steps if step["back"] or step["body"]])
    none(f"{name}: what has the focus shows it", [step["what"] for step in steps if not step["marked"]])
    browser.ask("document.querySelector('#map-chart .node[tabindex=\"0\"]').focus()")
    before = browser.ask("document.getElementById('map-detail').textContent")
    browser.press("ArrowRight")
    after = browser.ask("document.getElementById('map-detail').textContent")
    check(f"{name}: arrows go round the map", before != after and "baseline value" in after, after)
    browser.ask("document.querySelector('#entity-table th button').focus()")
    browser.press("Enter")
    check(f"{name}: Enter sorts", browser.ask("Boolean(document.querySelector('#entity-table th[aria-sort]'))"))


# ---- the pages -----------------------------------------------------------------------------------------------------

def write_evil(folder):
    os.makedirs(folder)
    quoted = ['"' + text.replace('"', '""') + '"' for text in EVIL]
    with open(os.path.join(folder, "network.yaml"), "w") as file:
        file.write(f"name: '{EVIL[1]}'\ncurrency: '<i>EUR</i>'\nunit: mn\n")
    with open(os.path.join(folder, "entities.csv"), "w") as file:
        file.write("id,name,sector,external_assets,external_liabilities\n")
        file.writelines(f"N{k},{text},<u>s</u>,{100 - 10 * k},70\n" for k, text in enumerate(quoted))
    with open(os.path.join(folder, "liabilities.csv"), "w") as file:
        file.write("debtor,creditor,amount\nN0,N1,20\nN1,N2,15\nN2,N3,10\nN3,N0,12\n")
    with open(folder + ".yaml", "w") as file:
        file.write("count: 8000\nseed: 7\nfactors: [{name: '</script><b>market'}]\n"
                   "loadings: [{target: '*', factor: '</script><b>market', value: 0.6}]\nkeep: {worst: 2}\n"
                   "marginals: [{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.2, sd: 0.15}]\n")
    with open(folder + ".csv", "w") as file:
        file.write("scenario,target,variable,value\n")
        file.writelines(f"<b>{k}</b>]]></script>,N0,external_assets_loss,{k / 10}\n" for k in range(1, 10))


def check_evil(browser, name):
    check(f"{name}: nothing ran", browser.ask("window.evil === undefined"))
    check(f"{name}: scripts of the page alone", browser.ask("document.querySelectorAll('script').length") == 3)
    check(f"{name}: no element of a name's", not browser.ask("document.querySelectorAll('b b, img, u, i, dd b > *').length"))
    text = browser.ask("document.body.innerText")
    for evil in EVIL:
        check(f"{name}: {evil} is text", evil in text)
    check(f"{name}: so it is in the charts", browser.ask("document.querySelector('#entities-chart').textContent").count("<b>x</b>") > 0)


def write_large(folder):
    network, scenarios = os.path.join(folder, "thousand"), os.path.join(folder, "thousand.yaml")
    loopstress("generate", "--kind", "core-periphery", "--entities", 1000, "--seed", 1, "--quiet", "-o", network)
    with open(scenarios, "w") as file:
        file.write("count: 8192\nseed: 3\nfactors: [{name: economy}]\nloadings: [{target: '*', factor: economy, value: 0.6}]\n"
                   "marginals: [{variable: external_assets_loss, target: '*', distribution: beta, mean: 0.03, sd: 0.03}]\n"
                   "keep: {worst: 8}\n")
    return network, scenarios


def make_pages(folder):
    """[(name, path, charts)], the page of the founding case first."""
    data, banks = os.path.join(SOURCE, "datasets", "ai-loop"), os.path.join(SOURCE, "examples", "three-banks")
    model, loop, draws = ("-m", "eisenberg-noe"), os.path.join(data, "2026-08"), os.path.join(folder, "draws.yaml")
    with open(os.path.join(data, "scenarios", "monte-carlo.yaml")) as file, open(draws, "w") as copy:
        copy.write(file.read().replace("assumption_draws: 1\n", "assumption_draws: 2\n"))
    evil = os.path.join(folder, "evil")
    write_evil(evil)
    network, scenarios = write_large(folder)
    pages = [
        ("ai-loop", page_of(folder, "ai-loop", loop, "-m", "loop", "-s", os.path.join(data, "scenarios", "monte-carlo.yaml"),
                            "--count", 8192, "--keep", "worst:8"), DRAWN | LINKED | LOOP),
        ("draws", page_of(folder, "draws", loop, "-m", "loop", "-s", draws, "--count", 8192), DRAWN | LINKED | LOOP),
        ("listed-loop", page_of(folder, "listed-loop", loop, "-m", "loop", "-s", os.path.join(data, "scenarios", "all.csv")),
         LOSSES | LINKED | LOOP | {"cases-chart", "sweeps-chart"}),
        ("three-banks", page_of(folder, "three-banks", banks, *model, "-s", os.path.join(banks, "shocks.csv")),
         LOSSES | LINKED | {"cases-chart"}),
        ("one-scenario", page_of(folder, "one-scenario", banks, *model), LOSSES | LINKED),
        ("evil", page_of(folder, "evil", evil, *model, "-s", evil + ".yaml"), DRAWN | LINKED),
        ("evil-sweep", page_of(folder, "evil-sweep", evil, *model, "-s", evil + ".csv"), LOSSES | LINKED | {"cases-chart", "sweeps-chart"}),
        ("thousand", page_of(folder, "thousand-run", network, *model, "-s", scenarios), DRAWN | LINKED),
    ]
    return [page for page in pages if page[1]]


def main():
    if not BROWSER:
        skip("the page in a browser", "no chromium here")
        end()
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        for name, path, charts in make_pages(folder):
            check(f"{name}: below 3 MB", os.path.getsize(path) < 3_000_000, str(os.path.getsize(path)))
            look(browser, f"{name}, phone", path, charts, PHONE)
            look(browser, name, path, charts, DESKTOP)
            look_at_structure(browser, name)
            if name.startswith("evil"):
                check_evil(browser, name)
            if name == "ai-loop":
                look_at_keyboard(browser, name)
                look_at_paper(browser, name)
    end()


main()
