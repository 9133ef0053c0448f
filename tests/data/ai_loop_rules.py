"""The rules of datasets/ai-loop/README.md in their slowest form, written apart from the program: deals.csv and
assumptions.csv in, the tables of the loop model out. Used by test_ai_loop.py; standard library only."""
import csv, os

LOOP_COLUMNS = ('cash real_assets capacity dark_capacity price_per_capacity cost_per_capacity opex cogs_share '
                'depreciation backlog_margin distress_threshold distress_cost order_response funding_sensitivity '
                'credit_limit cash_floor upside external_use substitution hardware_share spread capex_borrowing '
                'secured_share loan_to_value loop_sales_weight').split()
FACTS = {'cash': 'liquid_assets', 'real_assets': 'property_and_equipment'}
PATHS = ('demand_planned demand purchase_scale outside_equity multiple supply power_cap credit price hardware_price '
         'depreciation_scale amortisation rollover').split()
SETTINGS = ('quarters interest amortisation termination_share recovery_assets recovery_claims recovery_stakes '
            'build_lag backlog_uncommitted backlog_discount').split()
DEFAULT_SETTING = {'backlog_uncommitted': 1.0, 'backlog_discount': 0.0}
DEFAULT_PATH = dict(zip(PATHS, (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0)))
NEVER = float('nan')
TERMS = {'end': NEVER, 'renewed': 0.0, 'priority': 1.0, 'repricing': 0.0, 'renegotiation': 0.0, 'trigger': 0.0,
         'exit_notice': NEVER, 'exit_fee': 0.0}
WHOLE = {'start', 'ramp_quarters', 'end', 'renewed', 'priority', 'exit_notice'}
TESTS = 'revenue revenue_to_plan capacity purchases'.split()
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
        for s, value in DEFAULT_SETTING.items():
            self.settings[s] = value if self.settings[s] is None else self.settings[s]

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

    def needed(self, parameter, d):
        own = self.of_deal_only(parameter, d)
        return own if own is not None else self.of_deal(parameter + '_' + d['status'], d)

    def terms(self, own, status, pair):
        """What a contract says beside money and time: under its id, else by status, else pair, seller, sector, all."""
        out, to = {}, pair[1]
        scope = own, '>'.join(pair), to, 'sector:' + self.sector[to], '*'
        for name, otherwise in TERMS.items():
            found = [self.get(name, own), self.get(name + '_' + status, *scope), self.get(name, *scope), otherwise]
            out[name] = next(v for v in found if v is not None)
        return out

    def purchases(self):
        """id -> the contract's row; deals first, then running business, whose id is the pair."""
        out = {}
        for d in self.deal:
            if not self.counted(d) or d['kind'] not in ('purchase', 'capex', 'supply'):
                continue
            n, begin = self.term(d), self.first_quarter(d)
            left = n - max(0, -begin)
            if left <= 0:
                continue
            delivered = self.of_deal_only('delivered', d)
            backlog = self.amount(d) * self.needed('realised', d) * (left / n if delivered is None else 1 - delivered)
            cpx = self.of_deal('capex_share', d)
            if backlog > 0:
                out[d['id']] = dict(buyer=d['from'], seller=d['to'], backlog=backlog, per_quarter=backlog / left,
                                    take_or_pay=self.needed('take_or_pay', d),
                                    capex_share=cpx if cpx is not None else (1.0 if d['kind'] == 'capex' else 0.0),
                                    start=max(0, begin),
                                    ramp_quarters=max(0, (self.of_deal('ramp_quarters', d) or 0) - max(0, -begin)),
                                    **self.terms(d['id'], d['status'], (d['from'], d['to'])))
        for (target, parameter, _), value in list(self.assumption.items()):
            if parameter != 'per_quarter':
                continue
            self.used.add((target, parameter, 0))
            buyer, seller = target.split('>')
            out[target] = dict(buyer=buyer, seller=seller, backlog=4 * self.of_pair('term_years', target) * value,
                               per_quarter=value, take_or_pay=self.of_pair('take_or_pay_assumed', target),
                               capex_share=self.of_pair('capex_share', target) or 0.0,
                               start=self.get('start', target) or 0,
                               ramp_quarters=self.get('ramp_quarters', target) or 0,
                               **self.terms(target, 'assumed', (buyer, seller)))
        for row in out.values():
            row.update({c: float(int(row[c] + .5)) for c in WHOLE if row[c] == row[c]})
            if not row['renewed'] and row['end'] != row['end']:
                row['end'] = self.run_out(row)
        return out

    @staticmethod
    def run_out(row):
        """The first quarter by which all of a contract has been bought where it goes to plan."""
        left, quarter = row['backlog'], row['start']
        while left > 1e-9 * row['backlog']:
            left -= row['per_quarter'] * min(1, (quarter - row['start'] + 1) / (row['ramp_quarters'] + 1))
            quarter += 1
        return quarter

    def test(self, target):
        found = [(t, self.get('test_' + t, target)) for t in TESTS]
        found = [f for f in found if f[1] is not None]
        assert len(found) <= 1, (target, found)
        return found[0] if found else ('', 0.0)

    def pledges_and_stakes(self):
        pledge, stake = {}, {}
        for d in self.deal:
            if not self.counted(d) or d['kind'] != 'equity':
                continue
            pair, amount = (d['from'], d['to']), self.amount(d)
            name = '>'.join(pair)
            funded = amount if d['status'] == 'funded' else (number(d['firm_amount']) or 0.0)
            if funded > 0:
                s = stake.setdefault(pair, dict(share=self.get('share', name), cost=0.0,
                                                equity_method=self.of_pair('equity_method', name) or 0.0))
                s['cost'] += funded
                if number(d['share']) is not None:
                    s['share'] = number(d['share'])
                assert s['share'] is not None, 'no share: ' + d['id']
            if d['status'] != 'funded' and amount > funded:
                c = (amount - funded) * self.needed('realised', d)
                start, earmark = max(0, self.first_quarter(d)), self.of_deal('earmark', d) or 0.0
                test, level = self.test(name)
                p = pledge.setdefault(pair, dict(amount=0.0, per_quarter=0.0, start=start, earmark=0.0, test=test,
                                                 test_level=level))
                if p['amount'] + c > 0:
                    p['earmark'] = (p['earmark'] * p['amount'] + earmark * c) / (p['amount'] + c)
                p['amount'] += c
                p['per_quarter'] += c / self.of_deal('pledge_quarters', d)
                p['start'] = min(p['start'], start)
        for pair, s in stake.items():
            cost = self.get('cost', '>'.join(pair))
            s['cost'] = s['cost'] if cost is None else cost
        return pledge, stake

    def support(self):
        """Backstops, warrants, cross-defaults."""
        backstop, warrant, cross = [], [], []
        for d in self.deal:
            if self.counted(d) and d['kind'] == 'backstop':
                backstop.append(dict(guarantor=d['from'], provider=d['to'], amount=self.amount(d)))
            if self.counted(d) and d['kind'] == 'warrant':
                test, level = self.test(d['id'])
                share = number(d['share'])
                warrant.append(dict(issuer=d['from'], holder=d['to'],
                                    start=float(int(max(0, self.first_quarter(d)) + .5)),
                                    share=share if share is not None else self.of_deal_only('share', d), test=test,
                                    test_level=level))
        for (target, parameter, _), value in self.assumption.items():
            if parameter == 'cross_default' and value > 0:
                cross.append(dict(zip(('trigger', 'obligor'), target.split('>'))))
        return backstop, warrant, cross

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
        for facts in self.entity:
            row, e = {}, facts['id']
            for c in LOOP_COLUMNS:
                v = number(facts.get(FACTS[c])) if c in FACTS else None
                v = self.of_entity(c, e) if v is None else v
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
        first = self.settings['amortisation'] if variable == 'amortisation' else DEFAULT_PATH[variable]
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

    def worth(self, contract):
        """A contract's backlog as it counts in value."""
        b, rate, phi, r = (contract['backlog'], contract['per_quarter'], contract['take_or_pay'],
                           self.settings['backlog_discount'])
        b *= phi + self.settings['backlog_uncommitted'] * (1 - phi)
        n = max(1, contract['backlog'] / rate)
        return b * (1 - (1 + r) ** -n) / (r * n) if r > 0 else b

    def first_order(self, contract):
        if contract['start'] > 0:
            return 0.0
        scale = self.path('purchase_scale', contract['buyer'], 1)
        order = contract['per_quarter'] / (contract['ramp_quarters'] + 1) * (scale[0] if scale else 1.0)
        return order if contract['renewed'] else min(order, contract['backlog'])

    def solve_multiples(self, tables):
        """mult_i(0) such that V_i(0) is the market value, where one is given."""
        self.multiple0 = {}
        value = {e['id']: self.fact_or_assumption('market_value', e) for e in self.entity}
        for e in self.ids:
            if value[e] is None:
                continue
            c = tables['columns'][e]
            hardware = self.path('hardware_price', e, 1)
            rest = c['cash'] + c['real_assets'] * (1 + c['hardware_share'] * ((hardware[0] if hardware else 1.0) - 1))
            rest += sum(s['share'] * value[j] for (i, j), s in tables['stakes'].items() if i == e)
            own = [p for p in tables['purchases'].values() if p['seller'] == e]
            rest += c['backlog_margin'] * sum(self.worth(p) for p in own)
            rest += sum(a for (i, j), a in tables['debts'].items() if j == e)
            rest -= sum(a for (i, j), a in tables['debts'].items() if i == e)
            sales = self.path('demand_planned', e, 1)[0] + c['loop_sales_weight'] * sum(map(self.first_order, own))
            self.multiple0[e] = (value[e] - rest) / (4 * sales)
            assert 0 <= self.multiple0[e] <= 100, (e, self.multiple0[e], rest)

    def tables(self):
        quarters = int(self.settings['quarters'])
        t = {'purchases': self.purchases(), 'debts': self.debts(), 'columns': self.columns(), 'settings': self.settings}
        t['pledges'], t['stakes'] = self.pledges_and_stakes()
        t['backstops'], t['warrants'], t['cross_defaults'] = self.support()
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
