#!/usr/bin/python3
"""The loop model in numpy, all scenarios of a block at once: LOOP-1 (docs/models/loop.md) on the AI loop's tables, without the
mechanisms of LOOP-2.

usage: loop_numpy.py prepare PROGRAM FOLDER          the network and its draws with what LOOP-1 knows alone, for both programs
       loop_numpy.py run PROGRAM FOLDER COUNT [--threads N]

`run` first compares the value of every entity in every quarter of some scenarios with what PROGRAM finds for the same shocks; then
it waits for its turns (common.py), drawing COUNT scenarios and solving them in each.
"""
import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

import common

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
NETWORK = os.path.join(ROOT, "datasets", "ai-loop", "2026-08")
DRAWS = os.path.join(ROOT, "datasets", "ai-loop", "scenarios", "monte-carlo.yaml")
ENTITY = ("cash real_assets capacity dark_capacity price_per_capacity cost_per_capacity opex cogs_share depreciation backlog_margin "
          "distress_threshold distress_cost order_response funding_sensitivity credit_limit cash_floor").split()
PATHS = {"demand_planned", "demand", "purchase_scale", "outside_equity", "multiple", "supply", "power_cap", "credit", "gate"}
SHOCKS = ("multiple", "demand", "supply", "power", "funding", "credit", "default")
SETTINGS = "quarters interest amortisation termination_share recovery_assets recovery_claims recovery_stakes build_lag".split()
BLOCK = 256  # scenarios whose matrices stay in the caches
CHECKED = 48
EPS = 1e-13


# ---- the network with what LOOP-1 knows


def texts(array):
    return [item.decode() if isinstance(item, bytes) else item for item in array]


def write_rows(folder, name, header, rows):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def pairs(group, np, ids):
    start = group["indptr"][...]
    rows = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return [(ids[a], ids[b]) for a, b in zip(rows, group["indices"][...])]


def merge_purchases(group, np, ids):
    """Contracts of one pair become one, shares weighted by backlog."""
    whole = {}
    fields = [group[name][...] for name in ("backlog", "per_quarter", "take_or_pay", "capex_share", "start", "ramp_quarters")]
    for pair, *row in zip(pairs(group, np, ids), *fields):
        one = whole.setdefault(pair, [0.0, 0.0, 0.0, 0.0, row[4], row[5]])
        for k, value in enumerate((row[0], row[1], row[2] * row[0], row[3] * row[0])):
            one[k] += value
        one[4:] = [min(one[4], row[4]), max(one[5], row[5])]
    return [(*pair, b, q, phi / b if b else 0, cpx / b if b else 0, int(start), int(ramp))
            for pair, (b, q, phi, cpx, start, ramp) in whole.items()]


def write_network(file, folder, np):
    ids = texts(file["entity"][...])
    world = ids + ["world"]
    entities, one = file["entities"], np.ones(len(ids))
    column = {name: entities[name][...] if name in entities else one * (name.endswith("per_capacity")) for name in ENTITY}
    kinds, sectors = texts(entities["input_type"][...]), texts(entities["sector"][...])
    write_rows(folder, "entities.csv", ["id", "sector", "input_type", *ENTITY],
               [[ids[i], sectors[i], kinds[i], *(repr(float(column[name][i])) for name in ENTITY)] for i in range(len(ids))])
    write_rows(folder, "inputs.csv", ["input_type", "essential"],
               zip(texts(file["inputs/input_type"][...]), (int(value) for value in file["inputs/essential"][...])))
    write_rows(folder, "purchases.csv", "buyer seller backlog per_quarter take_or_pay capex_share start ramp_quarters".split(),
               merge_purchases(file["purchases"], np, world))
    group = file["pledges"]
    write_rows(folder, "pledges.csv", "investor recipient amount per_quarter start".split(),
               [(*pair, a, y, int(s)) for pair, a, y, s in
                zip(pairs(group, np, world), group["amount"][...], group["per_quarter"][...], group["start"][...])])
    group = file["shareholdings"]
    write_rows(folder, "shareholdings.csv", ["holder", "issuer", "share"],
               [(*pair, share) for pair, share in zip(pairs(group, np, world), group["data"][...])])
    group = file["liabilities/0"]
    write_rows(folder, "liabilities.csv", ["debtor", "creditor", "amount"],
               [(*pair, amount) for pair, amount in zip(pairs(group, np, world), group["amount"][...])])
    group = file["paths"]
    rows = zip(texts(group["target"][...]), texts(group["variable"][...]), group["quarter"][...], group["value"][...])
    write_rows(folder, "paths.csv", ["target", "variable", "quarter", "value"],
               [(target, name, int(quarter), value) for target, name, quarter, value in rows if name in PATHS])
    with open(os.path.join(folder, "loop.yaml"), "w", encoding="utf-8") as out:
        for name in SETTINGS:
            out.write(f"{name}: {file['loop'].attrs[name]}\n")


def prepare(program, folder):
    import h5py
    import numpy as np
    import yaml
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "network.h5")
        subprocess.run([program, "import", NETWORK, "-o", path, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(path, "r") as file:
            write_network(file, folder, np)
    with open(DRAWS, encoding="utf-8") as file:
        draws = yaml.safe_load(file)
    draws["marginals"] = [row for row in draws["marginals"] if row["variable"] in SHOCKS]
    draws.pop("keep", None)
    with open(os.path.join(folder, "draws.yaml"), "w", encoding="utf-8") as file:
        json.dump(draws, file)  # JSON is YAML


# ---- reading it back: world is the last node


class Network:
    def __init__(self, np, folder):
        import yaml
        table = {name: list(csv.DictReader(open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="")))
                 for name in ("entities", "inputs", "purchases", "pledges", "shareholdings", "liabilities", "paths")}
        with open(os.path.join(folder, "loop.yaml"), encoding="utf-8") as file:
            self.set = yaml.safe_load(file)
        self.ids = [row["id"] for row in table["entities"]]
        self.sector = [row["sector"] for row in table["entities"]]
        self.n = n = len(self.ids) + 1
        self.number = number = {**{name: i for i, name in enumerate(self.ids)}, "world": n - 1}
        self.quarters = self.set["quarters"]
        for name in ENTITY:
            values = np.array([float(row[name]) for row in table["entities"]] + [0.0])
            setattr(self, name, values)
        self.price_per_capacity[-1] = self.cost_per_capacity[-1] = 1
        essential = {row["input_type"] for row in table["inputs"] if row["essential"] == "1"}
        self.types = [np.array([row["input_type"] == kind for row in table["entities"]] + [False]) for kind in sorted(essential)]
        grid = {name: np.zeros((n, n)) for name in ("B", "q", "phi", "cpx", "start", "ramp", "C", "y", "from", "S", "D")}
        for row in table["purchases"]:
            at = number[row["buyer"]], number[row["seller"]]
            for name, key in (("B", "backlog"), ("q", "per_quarter"), ("phi", "take_or_pay"), ("cpx", "capex_share"),
                              ("start", "start"), ("ramp", "ramp_quarters")):
                grid[name][at] = float(row[key])
        for row in table["pledges"]:
            at = number[row["investor"]], number[row["recipient"]]
            grid["C"][at], grid["y"][at], grid["from"][at] = float(row["amount"]), float(row["per_quarter"]), float(row["start"])
        for row in table["shareholdings"]:
            grid["S"][number[row["holder"]], number[row["issuer"]]] += float(row["share"])
        for row in table["liabilities"]:
            grid["D"][number[row["debtor"]], number[row["creditor"]]] += float(row["amount"])
        grid["S"][-1, :-1] += np.maximum(0, 1 - grid["S"].sum(axis=0)[:-1])
        self.grid = grid
        self.paths(np, table["paths"])

    def paths(self, np, rows):
        given = {name: np.full((self.quarters, self.n), np.nan) for name in PATHS if name != "gate"}
        self.gate = np.ones((self.quarters, self.n, self.n))
        for row in sorted(rows, key=lambda row: int(row["quarter"])):
            t, value = int(row["quarter"]), float(row["value"])
            if row["variable"] == "gate":
                investor, recipient = row["target"].split(">")
                self.gate[t:, self.number[investor], self.number[recipient]] = value
            else:
                given[row["variable"]][t:, self.number[row["target"]]] = value
        otherwise = {"purchase_scale": 1, "supply": 1, "credit": 1, "power_cap": np.inf}
        for name, path in given.items():
            if name != "demand":
                path[np.isnan(path)] = otherwise.get(name, 0)
        given["demand"] = np.where(np.isnan(given["demand"]), given["demand_planned"], given["demand"])
        self.path = given
        t = np.arange(self.quarters)[:, None, None]
        ramp = np.clip((t - self.grid["start"] + 1) / (self.grid["ramp"] + 1), 0, 1) * (t >= self.grid["start"])
        self.scheduled = self.grid["q"] * ramp * given["purchase_scale"][:, :, None]
        self.pledged = np.where(t >= self.grid["from"], self.grid["y"], 0) * self.gate
        self.plan(np)

    def plan(self, np):
        """s0: what each sells where everything goes by plan."""
        left, self.planned_sales = self.grid["B"].copy(), np.zeros((self.quarters, self.n))
        for t in range(self.quarters):
            bought = np.minimum(left, self.scheduled[t])
            self.planned_sales[t] = self.path["demand_planned"][t] + bought.sum(axis=0)
            left -= bought


# ---- drawing


class Drawing:
    """One x for each (variable, target); at a key (variable, target, quarter) its rows' values are multiplied."""

    def __init__(self, np, network, folder):
        with open(os.path.join(folder, "draws.yaml"), encoding="utf-8") as file:
            described = json.load(file)
        names = [factor["name"] for factor in described["factors"]]
        correlation = np.eye(len(names))
        for row in described["correlations"]:
            a, b = names.index(row["a"]), names.index(row["b"])
            correlation[a, b] = correlation[b, a] = row["value"]
        self.factor = np.linalg.cholesky(correlation)
        source, self.rows, loading = {}, [], []
        for row in described["marginals"]:
            take = self.quantile(np, row)
            for target in self.targets(network, row["target"]):
                key = (row["variable"], target)
                if key not in source:
                    source[key] = len(source)
                    loading.append(self.loading(np, network, described["loadings"], names, target))
                self.rows.append((source[key], row["variable"], target, row.get("quarter", 0), take))
        self.weight = np.array(loading)
        self.own = np.sqrt(1 - np.einsum("sf,fg,sg->s", self.weight, correlation, self.weight))

    @staticmethod
    def targets(network, text):
        if text == "*":
            return list(range(network.n - 1))
        if text.startswith("sector:"):
            return [i for i, sector in enumerate(network.sector) if sector == text[len("sector:"):]]
        return [network.number[text]]

    @staticmethod
    def loading(np, network, rows, names, target):
        value = np.zeros(len(names))
        for row in rows:
            if target in Drawing.targets(network, row["target"]):
                value[names.index(row["factor"])] = row["value"]
        return value

    @staticmethod
    def quantile(np, row):
        from scipy import stats
        if row["distribution"] == "jump":
            beyond, size, neutral = stats.norm.isf(row["probability"]), row["size"], 0 if row["variable"] == "default" else 1
            return lambda x: np.where(x > beyond, size, neutral)
        low, high = row.get("low", 0), row.get("high", 1 if row["distribution"] == "beta" else np.inf)
        if row["distribution"] == "lognormal":
            variance = np.log1p((row["sd"] / row["mean"]) ** 2)
            middle, deviation = np.log(row["mean"]) - variance / 2, np.sqrt(variance)
            return lambda x: np.clip(np.exp(middle + deviation * x), low, high)
        mean, sd = (row["mean"] - low) / (high - low), row["sd"] / (high - low)
        both = mean * (1 - mean) / sd ** 2 - 1
        points = np.linspace(-8.5, 8.5, 2049)
        table = low + (high - low) * stats.beta.ppf(stats.norm.cdf(points), mean * both, (1 - mean) * both)
        return lambda x: np.interp(x, points, table)

    def keys(self, np, random, count):
        """{(variable, target, quarter): values [count]}"""
        common_part = random.standard_normal((count, len(self.factor))) @ self.factor.T
        x = random.standard_normal((count, len(self.own))) * self.own + common_part @ self.weight.T
        found = {}
        for source, variable, target, quarter, take in self.rows:
            key, value = (variable, target, quarter), take(x[:, source])
            found[key] = found[key] * value if key in found else value
        return found

    @staticmethod
    def spread(np, network, keys, count):
        """Factors by variable [quarter, count, node]: a key holds until the next of its variable and target; defaults in their
        quarter alone."""
        factor = {name: np.ones((network.quarters, count, network.n)) for name in SHOCKS if name != "default"}
        forced = np.zeros((network.quarters, count, network.n), dtype=bool)
        for variable, target, quarter in sorted(keys, key=lambda key: key[2]):
            value = keys[variable, target, quarter]
            if variable == "default":
                forced[quarter, :, target] |= value > 0.5
            else:
                factor[variable][quarter:, :, target] = value
        factor["default"] = forced
        return factor


# ---- the model; arrays are [scenario, node] or [scenario, node, node]


def share_of(np, part, whole, otherwise=1.0):
    """part / whole; `otherwise` where there is no whole."""
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, otherwise), where=whole > 0)


class Loop:
    def __init__(self, np, network, factor, count):
        self.np, self.w, self.factor, self.count = np, network, factor, count
        g, n = network.grid, network.n
        wide = lambda a: np.broadcast_to(a, (count, *a.shape)).copy()
        self.m, self.K, self.G, self.dark = (wide(a) for a in (network.cash, network.real_assets, network.capacity, network.dark_capacity))
        self.S, self.D, self.B, self.C = (wide(g[name]) for name in "SDBC")
        self.queue = np.zeros((count, n, max(network.set["build_lag"], 0)))
        self.live = np.ones((count, n), dtype=bool)
        self.flag = np.zeros((count, n), dtype=bool)
        self.sales_before = None
        self.Vref = np.zeros((count, n))
        self.V = self.value(network.path["demand_planned"][0] * np.ones((count, 1)), network.path["multiple"][0] * factor["multiple"][0], False)
        self.Vref = self.V.copy()

    def value(self, R, multiple, clips=True):
        """Step 9, from above."""
        np, w = self.np, self.w
        live = self.live.copy()
        live[:, -1] = False
        fixed = self.m + self.K + 4 * multiple * R - self.flag * w.distress_cost * self.Vref + self.D.sum(axis=1) - self.D.sum(axis=2)
        backlog = self.B.swapaxes(1, 2)  # [scenario, seller, buyer]
        inner = self.S.copy()
        inner[:, -1, :] = 0
        top = np.maximum(0, fixed + w.backlog_margin * backlog.sum(axis=2))
        V = top
        for _ in range(200):  # (I - S)^-1 top as a series: stakes are few and chains short, so that a few terms are all there are
            after = top + (inner @ V[:, :, None])[:, :, 0]
            change, V = np.abs(after - V).max(), after
            if change <= 1e-15 * max(1.0, np.abs(V).max()):
                break
        V = V * live
        for _ in range(1000):
            known = self.Vref > 0
            clip = np.where(known, np.clip(share_of(np, V, self.Vref), 0, 1), 1) if clips else np.ones_like(V)
            after = fixed + (inner @ V[:, :, None])[:, :, 0] + w.backlog_margin * (backlog @ clip[:, :, None])[:, :, 0]
            after = np.maximum(0, after) * live
            change = np.abs(after - V).max() / max(1.0, np.abs(V).max())
            V = after
            if change <= EPS:
                break
        return V

    def clear(self, resources, owed):
        """Step 5: owed[class] [scenario, debtor, creditor]; returns what each pays of each class as a share."""
        np = self.np
        total = [owing.sum(axis=2) for owing in owed]
        paid = [np.ones_like(resources) for _ in owed]
        for _ in range(1000):
            receipts = sum(np.einsum("sij,si->sj", owing, part) for owing, part in zip(owed, paid))
            left, change = resources + receipts, 0.0
            for k, whole in enumerate(total):
                amount = np.clip(left, 0, whole)
                amount[:, -1] = whole[:, -1]
                left = left - whole
                after = share_of(np, amount, whole)
                change = max(change, np.abs(after - paid[k]).max())
                paid[k] = after
            if change <= EPS:
                break
        return paid, total, receipts

    def quarter(self, t):
        np, w, f = self.np, self.w, self.factor
        g, live, world = w.grid, self.live, w.n - 1
        planned = w.path["demand_planned"][t]
        demand = w.path["demand"][t] * f["demand"][t]
        own = np.minimum(1, share_of(np, demand, planned + np.zeros_like(demand)))
        if t > 0:
            follow = np.minimum(1, share_of(np, self.sales_before, w.planned_sales[t - 1] + np.zeros_like(demand)))
        else:
            follow = 1.0
        u = (1 - w.order_response) * own + w.order_response * follow
        both = live[:, :, None] & live[:, None, :]
        x = np.minimum(self.B, w.scheduled[t]) * (g["phi"] + (1 - g["phi"]) * u[:, :, None]) * both
        need = x.sum(axis=1) / w.price_per_capacity
        z = np.minimum(1, share_of(np, w.path["supply"][t] * f["supply"][t] * self.G, need))
        delivered = x * z[:, None, :]
        h = np.ones_like(z)
        for kind in w.types:
            running = x[:, :, kind] * (1 - g["cpx"][:, kind])
            h = np.minimum(h, share_of(np, (running * z[:, None, kind]).sum(axis=2), running.sum(axis=2)))
        R = np.minimum(demand, planned * h) * live
        R[:, -1] = 0
        sales = (R + delivered.sum(axis=1)) * live
        confidence = 1 - w.funding_sensitivity * (1 - np.where(self.Vref > 0, np.clip(share_of(np, self.V, self.Vref), 0, 1), 1))
        open_ = live & ~self.flag
        outside = w.path["outside_equity"][t] * f["funding"][t] * confidence * open_
        outside[:, -1] = 0
        opex = w.opex * live
        cogs = w.cogs_share * sales
        interest, amortised = w.set["interest"], w.set["amortisation"]
        owed = [(interest + amortised) * self.D * live[:, :, None], delivered.copy(),
                np.minimum(self.C, w.pledged[t]) * (confidence * ~self.flag)[:, None, :] * both]
        owed[0][:, :, world] += opex
        owed[1][:, :, world] += cogs
        for owing in owed[:2]:
            owing[:, world, world] = 0
        planned_receipts = sum(owing.sum(axis=1) for owing in owed)
        debt = self.D.sum(axis=2)
        gap = owed[0].sum(axis=2) + owed[1].sum(axis=2) + w.cash_floor - self.m - R - outside - planned_receipts
        room = w.path["credit"][t] * f["credit"][t] * w.credit_limit * self.V - debt
        draw = np.minimum(np.maximum(gap, 0), np.maximum(room, 0)) * open_
        draw[:, -1] = 0
        paid, total, receipts = self.clear(self.m + R + outside + draw, owed)
        self.m += R + outside + draw + receipts - sum(part * whole for part, whole in zip(paid, total))
        self.m[:, -1] -= (R + outside + draw)[:, :-1].sum(axis=1)
        pledged = owed[2] * paid[2][:, :, None]
        raised = pledged.sum(axis=1) + outside
        whole = self.V + raised
        self.S *= np.where(raised > 0, share_of(np, self.V, whole), 1)[:, None, :]
        self.S += np.where(raised[:, None, :] > 0, share_of(np, pledged, whole[:, None, :] + np.zeros_like(pledged), 0.0), 0)
        self.S[:, world, :] += np.where(raised > 0, share_of(np, outside, whole, 0.0), 0)
        self.C -= pledged
        self.B -= delivered
        fr = paid[0][:, :, None]
        self.D = self.D * (1 - amortised * fr + interest * (1 - fr)) + delivered * (1 - paid[1])[:, :, None]
        self.D[:, :, world] += opex * (1 - paid[0]) + cogs * (1 - paid[1]) + draw
        self.D[:, world, world] = 0
        capital = (g["cpx"] * delivered).sum(axis=2)
        self.K = (1 - w.depreciation) * self.K + capital
        self.build(t, capital / w.cost_per_capacity)
        unpaid = total[0] * (1 - paid[0]) + total[1] * (1 - paid[1])
        fails = (unpaid > 1e-9 * (total[0] + total[1])) | f["default"][t]
        fails &= live
        fails[:, -1] = False
        self.default(fails)
        R, sales = R * self.live, sales * self.live
        multiple = w.path["multiple"][t] * f["multiple"][t]
        self.V = self.value(R, multiple)
        while True:
            raised_flags = self.live & ~self.flag & (self.V < w.distress_threshold * self.Vref)
            raised_flags[:, -1] = False
            if not raised_flags.any():
                break
            self.flag |= raised_flags
            self.V = self.value(R, multiple)
        self.sales_before = sales

    def build(self, t, ordered):
        np, w = self.np, self.w
        if self.queue.shape[2] == 0:
            done = ordered
        else:
            done = self.queue[:, :, 0].copy()
            self.queue[:, :, :-1] = self.queue[:, :, 1:]
            self.queue[:, :, -1] = ordered
        self.dark += done
        cap = w.path["power_cap"][t] * self.factor["power"][t]
        grown = np.minimum(self.dark, np.maximum(cap - self.G, 0))
        self.G += grown
        self.dark -= grown

    def default(self, fails):
        """Step 8, in the scenarios where anybody fails."""
        np, w = self.np, self.w
        rows = np.flatnonzero(fails.any(axis=1))
        if rows.size == 0:
            return
        s, world, X = w.set, w.n - 1, fails[rows]
        stays = ~X
        m, K, S, D, B, V = self.m[rows], self.K[rows], self.S[rows], self.D[rows], self.B[rows], self.V[rows]
        D += s["termination_share"] * w.grid["phi"] * B * X[:, :, None]
        cash = m + s["recovery_assets"] * K
        K[:, world] += (K * X).sum(axis=1)
        sold = S * X[:, :, None] * stays[:, None, :]
        sold[:, :, world] = 0
        cash += s["recovery_stakes"] * (sold * V[:, None, :]).sum(axis=2)
        S -= sold
        S[:, world, :] += sold.sum(axis=1)
        claims = D * stays[:, :, None] * X[:, None, :]  # of the estates on those who live
        cash += s["recovery_claims"] * claims.sum(axis=1)
        D -= claims
        D[:, :, world] += claims.sum(axis=2)
        D[:, world, world] = 0
        estate = np.where(X, cash, 0)
        owed = D * X[:, :, None]
        due = owed.sum(axis=2)
        paid = np.ones_like(due)
        for _ in range(1000):
            received = np.einsum("sij,si->sj", owed, paid) * X
            after = np.clip(share_of(np, estate + received, due), 0, 1)
            change = np.abs(after - paid).max()
            paid = after
            if change <= EPS:
                break
        flows = owed * paid[:, :, None]
        left = np.where(X, np.maximum(estate + flows.sum(axis=1) - flows.sum(axis=2), 0), 0)
        holders = S * stays[:, :, None]
        holders[:, world, :] += holders.sum(axis=1) <= 0
        holders /= holders.sum(axis=1)[:, None, :]
        gained = flows.sum(axis=1) + (holders * (left * X)[:, None, :]).sum(axis=2)
        spent = cash - m  # what the world paid the estates
        m = np.where(X, 0, m + gained)
        m[:, world] -= (spent * X).sum(axis=1)
        K[X] = 0
        gone = X[:, :, None] | X[:, None, :]
        for matrix in (S, D, B):
            matrix[gone] = 0
        C = self.C[rows]
        C[gone] = 0
        self.m[rows], self.K[rows], self.S[rows], self.D[rows], self.B[rows], self.C[rows] = m, K, S, D, B, C
        live = self.live[rows]
        live[X] = False
        self.live[rows] = live

    def run(self):
        values = self.np.empty((self.w.quarters, self.count, self.w.n - 1))
        for t in range(self.w.quarters):
            self.quarter(t)
            values[t] = self.V[:, :-1]
        return values


# ---- comparing, and waiting for turns


def compare(np, network, drawing, program, folder):
    """The largest difference of any value, as a share of the largest value at the start, and defaults of one program alone."""
    keys = drawing.keys(np, np.random.default_rng(7), CHECKED)
    own = Loop(np, network, Drawing.spread(np, network, keys, CHECKED), CHECKED)
    scale = own.V.max()
    values = own.run()
    path = os.path.join(folder, "checked.csv")
    write_rows(folder, "checked.csv", ["scenario", "target", "variable", "value", "quarter"],
               [(f"s{s}", network.ids[target], variable, repr(float(value[s])), quarter)
                for (variable, target, quarter), value in keys.items() for s in range(CHECKED)])
    done = subprocess.run([program, "run", folder, "--model", "loop", "--scenarios", path, "--set", "trace=1", "--json", "--quiet"],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        common.skip(done.stderr.strip()[:300])
    theirs = {row["id"]: row["quarters"] for row in json.loads(done.stdout)["scenarios"]}
    difference, flips = 0.0, 0
    for s in range(CHECKED):
        for t, quarter in enumerate(theirs[f"s{s}"]):
            difference = max(difference, max(abs(row["value"] - values[t, s, i]) for i, row in enumerate(quarter["entities"])))
        flips += sum(bool(row["live"]) != bool(own.live[s, i]) for i, row in enumerate(theirs[f"s{s}"][-1]["entities"]))
    return difference / scale, flips


def run(program, folder, count):
    import numpy as np
    network = Network(np, folder)
    drawing = Drawing(np, network, folder)
    difference, flips = compare(np, network, drawing, program, folder)

    def solve():
        random = np.random.default_rng(1)
        total = 0.0
        for first in range(0, count, BLOCK):
            size = min(BLOCK, count - first)
            factor = Drawing.spread(np, network, drawing.keys(np, random, size), size)
            total += Loop(np, network, factor, size).run()[-1].sum()
        return total

    common.say(ready=True, scenarios=count, difference=difference, flips=flips,
               passed=bool(difference <= common.TOLERANCE and flips == 0))
    common.answer_rounds(solve)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["prepare", "run"])
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("count", nargs="?", type=int, default=4096)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    words = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(words.threads)
    if words.verb == "prepare":
        prepare(words.program, words.folder)
    else:
        run(words.program, words.folder, words.count)


main()
