"""The rules of datasets/ai-loop/README.md in their slowest form, written apart from the program: deals.csv and
assumptions.csv in, the tables of the loop model out. Used by test_ai_loop.py; standard library only."""
import csv, os

LOOP_COLUMNS = ('cash real_assets capacity dark_capacity price_per_capacity cost_per_capacity opex cogs_share '
                'depreciation backlog_margin distress_threshold distress_cost order_response funding_sensitivity '
                'credit_limit cash_floor').split()
PATHS = 'demand_planned demand purchase_scale outside_equity multiple supply power_cap credit'.split()
SETTINGS = ('quarters interest amortisation termination_share recovery_assets recovery_claims recovery_stakes '
            'build_lag').split()
DEFAULT_PATH = dict(zip(PATHS, (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0)))
DEFAULT = {'price_per_capacity': 1.0, 'cost_per_capacity': 1.0}
LIVE = {'funded', 'firm', 'conditional', 'announced', 'reported', 'cancelable'}


def read(path):
    with open(path, encoding='utf-8', newline='') as f:
        return list(csv.DictReader(line for line in f if not line.startswith('#')))


def metadata(folder):
    """The few keys of network.yaml that the rules need: as_of and the list `unmodelled`."""
    out, key = {'unmodelled': []}, None
    for line in open(os.path.join(folder, 'network.yaml'), encoding='utf-8'):
        line = line.split(' #')[0].rstrip()
        if line.startswith('  - '):
            out.setdefault(key, [])
            if isinstance(out[key], list):
                out[key].append(line[4:].strip())
        elif line and not line.startswith((' ', '#')):
            key, _, value = line.partition(':')
            out[key] = value.strip() or []
    return out


def number(text):
    return float(text) if text not in (None, '') else None


def quarter_of(date):
    return 4 * int(date[:4]) + (int(date[5:7]) - 1) // 3


class Ledger:
    def __init__(self, folder):
        self.folder = folder
        self.meta = metadata(folder)
        self.entity = read(os.path.join(folder, 'entities.csv'))
        self.ids = [e['id'] for e in self.entity]
        self.sector = {e['id']: e['sector'] for e in self.entity}
        self.deal = read(os.path.join(folder, 'deals.csv'))
        self.used = set()
        self.assumption = {}
        for a in read(os.path.join(folder, 'assumptions.csv')):
            key = a['target'], a['parameter'], int(float(a['quarter'] or 0))
            assert key not in self.assumption, key
            self.assumption[key] = float(a['value'])
        self.quarter0 = quarter_of(self.meta['as_of'])
        self.settings = {s: self.get(s, '*') for s in SETTINGS}

    def get(self, parameter, *targets, quarter=0):
        """The first target that has the parameter; None where none has it."""
        for t in targets:
            if (t, parameter, quarter) in self.assumption:
                self.used.add((t, parameter, quarter))
                return self.assumption[t, parameter, quarter]
        return None

    def of_entity(self, parameter, e):
        return self.get(parameter, e, 'sector:' + self.sector[e], '*')

    def of_deal(self, parameter, d):
        to = d['to']
        return self.get(parameter, d['id'], d['from'] + '>' + to, to, 'sector:' + self.sector.get(to, ''), '*')

    def of_pair(self, parameter, pair):
        to = pair.split('>')[1]
        return self.get(parameter, pair, to, 'sector:' + self.sector[to], '*')

    # ---- deals ----
    def counted(self, d):
        listed = d['id'] in self.meta['unmodelled']
        return d['preferred'] == '1' and d['status'] in LIVE and d['kind'] != 'target' and not listed

    def amount(self, d):
        a = self.of_deal_only('amount', d)
        if a is not None:
            return a
        low, high = number(d['amount_low']), number(d['amount_high'])
        if high is not None:
            return high if d['kind'] == 'equity' or low is None else (low + high) / 2
        gw, price = number(d['gw']) or number(d['gw_high']), self.of_deal_only('price_per_gw', d)
        assert gw is not None and price is not None, 'no amount: ' + d['id']
        return gw * price

    def of_deal_only(self, parameter, d):
        return self.get(parameter, d['id'])

    def term(self, d):
        t = number(d['term_years'])
        if t is None:
            t = self.of_deal('term_years', d)
        assert t, 'no term: ' + d['id']
        return 4 * t

    def first_quarter(self, d):
        s = self.of_deal_only('start', d)
        if s is not None:
            return s
        return quarter_of(d['start']) - self.quarter0 if d['start'] else 0

    def purchase_parts(self):
        """(buyer, seller) -> list of (backlog, per quarter, take-or-pay, capex share, start, ramp)."""
        parts = {}
        for d in self.deal:
            if not self.counted(d) or d['kind'] not in ('purchase', 'capex', 'supply'):
                continue
            n, begin = self.term(d), self.first_quarter(d)
            left = n - max(0, -begin)
            if left <= 0:
                continue
            delivered = self.of_deal_only('delivered', d)
            share = left / n if delivered is None else 1 - delivered
            realised = self.of_deal_only('realised', d)
            if realised is None:
                realised = self.of_deal('realised_' + d['status'], d)
            backlog = self.amount(d) * realised * share
            ramp = max(0, (self.of_deal('ramp_quarters', d) or 0) - max(0, -begin))
            phi = self.of_deal_only('take_or_pay', d)
            if phi is None:
                phi = self.of_deal('take_or_pay_' + d['status'], d)
            cpx = self.of_deal('capex_share', d)
            cpx = cpx if cpx is not None else (1.0 if d['kind'] == 'capex' else 0.0)
            if backlog > 0:
                part = backlog, backlog / left, phi, cpx, max(0, begin), ramp
                parts.setdefault((d['from'], d['to']), []).append(part)
        for (target, parameter, _), value in list(self.assumption.items()):
            if parameter != 'per_quarter':
                continue
            self.used.add((target, parameter, 0))
            n = 4 * self.of_pair('term_years', target)
            ramp = self.get('ramp_quarters', target) or 0
            phi, cpx = self.of_pair('take_or_pay_assumed', target), self.of_pair('capex_share', target) or 0.0
            part = value * n, value, phi, cpx, self.get('start', target) or 0, ramp
            parts.setdefault(tuple(target.split('>')), []).append(part)
        return parts

    def purchases(self):
        out = {}
        for pair, parts in self.purchase_parts().items():
            backlog, rate, start = sum(p[0] for p in parts), sum(p[1] for p in parts), min(p[4] for p in parts)
            lost = sum(p[1] * (p[4] - start + p[5] / 2) for p in parts)
            out[pair] = dict(backlog=backlog, per_quarter=rate, take_or_pay=sum(p[0] * p[2] for p in parts) / backlog,
                             capex_share=sum(p[0] * p[3] for p in parts) / backlog, start=start,
                             ramp_quarters=float(int(2 * lost / rate + .5)))
        return out

    def pledges_and_stakes(self):
        pledge, stake = {}, {}
        for d in self.deal:
            if not self.counted(d) or d['kind'] != 'equity':
                continue
            pair, amount = (d['from'], d['to']), self.amount(d)
            funded = amount if d['status'] == 'funded' else (number(d['firm_amount']) or 0.0)
            if funded > 0:
                s = number(d['share'])
                if s is None:
                    s = self.get('share', '>'.join(pair))
                assert s is not None or pair in stake, 'no share: ' + d['id']
                if s is not None:
                    stake[pair] = s
            if d['status'] != 'funded' and amount > funded:
                realised = self.of_deal_only('realised', d)
                if realised is None:
                    realised = self.of_deal('realised_' + d['status'], d)
                c = (amount - funded) * realised
                y = c / self.of_deal('pledge_quarters', d)
                start = max(0, self.first_quarter(d))
                p = pledge.setdefault(pair, dict(amount=0.0, per_quarter=0.0, start=start))
                p['amount'] += c
                p['per_quarter'] += y
                p['start'] = min(p['start'], start)
        return pledge, stake

    # ---- entities ----
    def fact_or_assumption(self, parameter, row):
        fact = number(row.get(parameter))
        return fact if fact is not None else self.of_entity(parameter, row['id'])

    def debts(self):
        out = {}
        for e in self.entity:
            debt = self.fact_or_assumption('debt', e)
            if debt:
                out[e['id'], 'world'] = debt
        for (target, parameter, _), value in self.assumption.items():
            if parameter == 'debt' and '>' in target:
                self.used.add((target, parameter, 0))
                out[tuple(target.split('>'))] = value
        return out

    def columns(self):
        out = {}
        for e in self.ids:
            row = {}
            for c in LOOP_COLUMNS:
                v = self.of_entity(c, e)
                row[c] = v if v is not None else DEFAULT.get(c, 0.0)
            out[e] = row
        return out

    def path(self, variable, e, quarters):
        """Value per quarter, or None where no assumption speaks of it. A level row sets the value, growth rows multiply
        it from their quarter on; levels and growth each come from the most specific target that has any."""
        level = self.knots(variable, e)
        growth = self.knots(variable + '_growth', e)
        if variable == 'multiple' and e in self.multiple0:
            level[0] = self.multiple0[e]
        first = DEFAULT_PATH[variable]
        if not level and not (growth and first > 0):
            return None
        out, value, g = [], first, 1.0
        for q in range(quarters):
            g = growth.get(q, g)
            value = level[q] if q in level else (first if q == 0 else value * g)
            out.append(value)
        return out

    def knots(self, parameter, e):
        for t in (e, 'sector:' + self.sector[e], '*'):
            keys = [k for k in self.assumption if k[0] == t and k[1] == parameter]
            if keys:
                self.used.update(keys)
                return {k[2]: self.assumption[k] for k in keys}
        return {}

    def solve_multiples(self, tables):
        """mult_i(0) such that V_i(0) is the market value, where one is given."""
        self.multiple0 = {}
        value = {e['id']: self.fact_or_assumption('market_value', e) for e in self.entity}
        for e in self.ids:
            if value[e] is None:
                continue
            c = tables['columns'][e]
            rest = c['cash'] + c['real_assets'] + sum(s * value[j] for (i, j), s in tables['stakes'].items() if i == e)
            rest += c['backlog_margin'] * sum(p['backlog'] for (i, j), p in tables['purchases'].items() if j == e)
            rest += sum(a for (i, j), a in tables['debts'].items() if j == e)
            rest -= sum(a for (i, j), a in tables['debts'].items() if i == e)
            demand = self.path('demand_planned', e, 1)
            self.multiple0[e] = (value[e] - rest) / (4 * demand[0])
            assert 0 <= self.multiple0[e] <= 100, (e, self.multiple0[e], rest)

    def tables(self):
        quarters = int(self.settings['quarters'])
        t = {'purchases': self.purchases(), 'debts': self.debts(), 'columns': self.columns(), 'settings': self.settings}
        t['pledges'], t['stakes'] = self.pledges_and_stakes()
        self.solve_multiples(t)
        t['paths'] = {}
        for v in PATHS:
            for e in self.ids:
                p = self.path(v, e, quarters)
                if p is not None:
                    t['paths'][v, e] = p
        for (target, parameter, q), value in self.assumption.items():
            if parameter == 'gate':
                self.used.add((target, parameter, q))
        t['gates'] = {}
        for i, j in t['pledges']:
            pair = i + '>' + j
            rows = {q: v for (x, p, q), v in self.assumption.items() if x == pair and p == 'gate'}
            if rows:
                t['gates'][i, j] = rows
        t['essential'] = {}
        for e in self.entity:
            if e.get('input_type'):
                v = self.of_entity('essential', e['id']) or 0.0
                t['essential'][e['input_type']] = max(t['essential'].get(e['input_type'], 0.0), v)
        return t
