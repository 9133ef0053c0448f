/* page.js - draws the charts of a run once, at load: the network, losses, defaults and causes. Colours are classes, so
 * that light, dark and print differ in the style sheet alone. */
(function () {
  "use strict";
  const { data, unit, amount, total, own, minus, percent, short, plural, measure, cut, widest, fitted, canvas,
    axisBelow, axisLeft,
    ticksFor, onShade, roomOf } = page;
  const dash = ["", "7 3", "2 3", "9 3 2 3"]; /* of the layers, beside their colours */

  /* ---- network --------------------------------------------------------------------------------------------------- */

  function layout(width, height, nodes, links) {
    const count = nodes.length;
    const many = count > 80;
    const simulation = d3.forceSimulation(nodes)
      .force("link", d3.forceLink(links).distance((link) => link.source.radius + link.target.radius + (many ? 18 : 62))
        .strength((link) => (0.06 + 0.5 * link.weight) / Math.sqrt(Math.min(link.source.degree, link.target.degree))))
      .force("charge", d3.forceManyBody().strength(many ? -28 : -420).distanceMax(width / 2))
      .force("x", d3.forceX(0).strength(many ? 0.05 : 0.045))
      .force("y", d3.forceY(0).strength(many ? 0.09 : 0.1))
      .force("collide", d3.forceCollide((node) => node.radius + (many ? 2 : 17)).iterations(2))
      .stop();
    for (let k = 0; k < (count > 400 ? 150 : 320); k++) simulation.tick();
    const span = (axis) => d3.extent(nodes, (node) => node[axis]);
    const fit = (axis, size, before, after) => {
      const scale = d3.scaleLinear().domain(span(axis)).range([before, size - after]);
      const same = span(axis)[0] === span(axis)[1];
      nodes.forEach((node) => { node[axis] = same ? size / 2 : scale(node[axis]); });
    };
    const margin = 12 + d3.max(nodes, (node) => node.radius);
    fit("x", width, many ? 16 : margin + 34, many ? 16 : margin + 34);
    fit("y", height, many ? 16 : margin, many ? 16 : margin + 14);
    settle(nodes, width, height, many ? 1.5 : 12);
  }

  /* Stretching to the frame may bring discs together again. */
  function settle(nodes, width, height, gap) {
    const simulation = d3.forceSimulation(nodes).alphaDecay(0.05).velocityDecay(0.6)
      .force("collide", d3.forceCollide((node) => node.radius + gap).iterations(3)).stop();
    for (let k = 0; k < 60; k++) simulation.tick();
    nodes.forEach((node) => {
      node.x = Math.max(node.radius + 3, Math.min(width - node.radius - 3, node.x));
      node.y = Math.max(node.radius + 3, Math.min(height - node.radius - 18, node.y));
    });
  }

  /* A bow from rim to rim; layers of one pair bow differently. Gives the path and the place of the arrow's head. */
  function bow(link) {
    const a = link.source, b = link.target;
    const dx = b.x - a.x, dy = b.y - a.y, length = Math.hypot(dx, dy) || 1;
    const bend = 0.1 + 0.09 * link.layer;
    const cx = (a.x + b.x) / 2 - dy * bend, cy = (a.y + b.y) / 2 + dx * bend;
    const head = Math.min(length / 3, 3.2 + 1.7 * link.size);
    const end = Math.hypot(b.x - cx, b.y - cy) || 1, start = Math.hypot(a.x - cx, a.y - cy) || 1;
    const ux = (b.x - cx) / end, uy = (b.y - cy) / end;
    const tip = [b.x - ux * (b.radius + 1), b.y - uy * (b.radius + 1)];
    const foot = [tip[0] - ux * head, tip[1] - uy * head];
    const from = [a.x + (cx - a.x) / start * a.radius, a.y + (cy - a.y) / start * a.radius];
    const half = head * 0.42;
    const wing = (side) => [foot[0] - side * uy * half, foot[1] + side * ux * half];
    return { line: "M" + from + "Q" + [cx, cy] + " " + foot, head: "M" + tip + "L" + wing(1) + "L" + wing(-1) + "Z" };
  }

  function overlap(a, b) {
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return x > 0 && y > 0 ? x * y : 0;
  }

  /* Each label goes where it hides least: under, above or beside its disc. With many discs, only where it is free. */
  function placeLabels(svg, nodes, width, height) {
    const all = nodes.length <= 60;
    const taken = nodes.map((node) => ({ left: node.x - node.radius, right: node.x + node.radius,
      top: node.y - node.radius, bottom: node.y + node.radius, node: node }));
    const order = nodes.slice().sort((a, b) => b.radius - a.radius || a.index - b.index).slice(0, 60);
    order.forEach((node) => {
      const label = svg.append("text").attr("class", "name").attr("text-anchor", "middle").text(cut(node.name, 170))
        .datum(node);
      const wide = label.node().getComputedTextLength() + 4, r = node.radius;
      const spots = [[0, r + 13], [0, -r - 5], [r + 5 + wide / 2, 4], [-r - 5 - wide / 2, 4],
        [r * 0.7 + wide / 2 + 4, r * 0.7 + 12], [-r * 0.7 - wide / 2 - 4, r * 0.7 + 12],
        [r * 0.7 + wide / 2 + 4, -r * 0.7 - 4], [-r * 0.7 - wide / 2 - 4, -r * 0.7 - 4]].map(([x, y], rank) => {
        const cx = node.x + x, cy = node.y + y;
        const box = { left: cx - wide / 2, right: cx + wide / 2, top: cy - 11, bottom: cy + 4 };
        const outside = Math.max(0, -box.left) + Math.max(0, box.right - width) + Math.max(0, -box.top) +
          Math.max(0, box.bottom - height);
        const hidden = d3.sum(taken, (other) => other.node === node ? 0 : overlap(box, other));
        const cost = hidden + 1000 * outside + 0.5 * rank;
        return { x: x, y: y, box: box, cost: cost };
      });
      const best = spots[d3.scan(spots, (a, b) => a.cost - b.cost)];
      if (!all && best.cost > 5) { label.remove(); return; }
      label.attr("x", node.x + best.x).attr("y", node.y + best.y);
      taken.push(Object.assign({ node: null }, best.box));
    });
  }

  function describe(node, links) {
    const entity = data.entities[node.index];
    const parts = data.map.layers.map((layer, k) => {
      const out = links.filter((link) => link.layer === k && link.source === node);
      const into = links.filter((link) => link.layer === k && link.target === node);
      if (out.length + into.length === 0) return null;
      const size = (link) => layer.name === "stakes" ? percent(link.amount) : short(link.amount);
      const list = (set, end) => set.slice(0, 4).map((link) => link[end].name + " " + size(link)).join(", ") +
        (set.length > 4 ? " \u2026" : "");
      const ways = [out.length ? "to " + list(out, "target") : "", into.length ? "from " + list(into, "source") : ""];
      return layer.title + ": " + ways.filter((text) => text).join("; ") + ".";
    }).filter((text) => text);
    const facts = ["baseline value " + short(entity.value) + unit, "default " + percent(entity.default),
      "mean loss " + own(entity.loss) + unit];
    return entity.name + (entity.sector ? " (" + entity.sector + ")" : "") + ": " + facts.join(", ") + ". " +
      parts.join(" ");
  }

  function legend(present, change) {
    const box = d3.select("#map-legend");
    const item = box.selectAll("label").data(present).enter().append("label");
    item.append("input").attr("type", "checkbox").property("checked", true).on("change", change);
    item.append("svg").attr("width", 34).attr("height", 10).attr("aria-hidden", "true").append("line")
      .attr("x1", 1).attr("x2", 33).attr("y1", 5).attr("y2", 5).attr("stroke-width", 2.5)
      .attr("class", (k) => "layer-" + k).attr("stroke-dasharray", (k) => dash[k]);
    item.append("span").text((k) => data.map.layers[k].title + " (" +
      data.map.layers[k].direction.replace(" to ", " \u2192 ") + ")");
    const ramp = box.append("span").attr("class", "ramp");
    ramp.append("span").text("default 0%");
    const strip = ramp.append("svg").attr("width", 100).attr("height", 12).attr("aria-hidden", "true");
    for (let k = 0; k < 20; k++)
      strip.append("rect").attr("x", 5 * k).attr("width", 5.2).attr("height", 12).attr("class", "heat")
        .attr("fill-opacity", Math.sqrt((k + 0.5) / 20));
    ramp.append("span").text("100%");
  }

  function notes() {
    const outside = d3.sum(data.map.layers, (layer) => layer.outside);
    const text = [];
    if (data.map.left_out > 0) text.push(plural(data.map.left_out, "lighter link is", "lighter links are") +
      " left out of the drawing.");
    if (outside > 0) text.push(plural(outside, "link", "links") + " with the rest of the world not drawn.");
    if (data.entities.length > 60)
      text.push("Names are shown for large discs with room; every disc tells its own when chosen.");
    document.getElementById("map-note").textContent = text.join(" ");
  }

  function network() {
    const many = data.entities.length > 80;
    const height = many ? 760 : 600;
    const { svg, width } = canvas("map-chart", height, "Network map of " + data.entities.length + " entities and " +
      data.map.links.length + " links; the table of entities lists the same numbers.", 560);
    svg.attr("role", "group");
    const largest = d3.max(data.entities, (entity) => Math.max(0, entity.value || 0)) || 1;
    const size = d3.scaleSqrt().domain([0, largest]).range(many ? [2.5, 15] : [5, 38]);
    const nodes = data.entities.map((entity, k) => {
      const angle = k * 2.399963229728653, distance = (many ? 9 : 34) * Math.sqrt(k + 0.5);
      return { index: k, name: entity.name, default: entity.default || 0, radius: size(Math.max(0, entity.value || 0)),
        x: distance * Math.cos(angle), y: distance * Math.sin(angle), degree: 1 };
    });
    const links = data.map.links.map((row) => {
      nodes[row[1]].degree++; nodes[row[2]].degree++;
      return { layer: row[0], source: row[1], target: row[2], amount: row[3], weight: row[4],
        size: (many ? 0.5 : 0.7) + (many ? 1.8 : 4.3) * Math.sqrt(row[4]) };
    });
    layout(width, height, nodes, links);
    const shape = links.map(bow);
    const lines = svg.append("g").selectAll("path").data(links).enter().append("path")
      .attr("class", (link) => "link layer-" + link.layer).attr("d", (link, k) => shape[k].line)
      .attr("stroke-width", (link) => link.size).attr("stroke-dasharray", (link) => dash[link.layer] || null);
    const heads = svg.append("g").selectAll("path").data(links).enter().append("path")
      .attr("class", (link) => "head head-" + link.layer).attr("d", (link, k) => shape[k].head);
    const discs = svg.append("g").selectAll("g").data(nodes).enter().append("g").attr("class", "node")
      .attr("tabindex", (node) => node.index === 0 ? 0 : -1)
      .attr("role", "button").attr("aria-label", (node) => node.name + ", default " + percent(node.default));
    ["disc", "fill", "rim"].forEach((part) => discs.append("circle").attr("class", part).attr("cx", (node) => node.x)
      .attr("cy", (node) => node.y).attr("r", (node) => node.radius)
      .attr("fill-opacity", part === "fill" ? (node) => Math.sqrt(node.default) : null));
    discs.append("title").text((node) => node.name + "\nbaseline value " + short(data.entities[node.index].value) +
      unit + "\ndefault " + percent(node.default));
    const names = svg.append("g");
    placeLabels(names, nodes, width, height);
    choosing(svg, nodes, links, lines, heads, discs);
    const present = d3.range(data.map.layers.length).filter((k) => data.map.layers[k].count > 0);
    legend(present, function (k) {
      const hidden = !this.checked;
      [lines, heads].forEach((set) => set.filter((link) => link.layer === k).classed("hidden", hidden));
    });
    notes();
  }

  function choosing(svg, nodes, links, lines, heads, discs) {
    const detail = document.getElementById("map-detail");
    const hint = "No entity chosen.";
    const choose = (chosen) => {
      const near = new Set();
      const faded = (link) => chosen !== null && link.source !== chosen && link.target !== chosen;
      links.forEach((link) => { if (!faded(link)) near.add(link.source).add(link.target); });
      lines.classed("faded", faded);
      heads.classed("faded", faded);
      discs.classed("faded", (node) => chosen !== null && node !== chosen && !near.has(node))
        .classed("chosen", (node) => node === chosen);
      svg.selectAll(".name").classed("faded", (node) => chosen !== null && node !== chosen && !near.has(node));
      detail.textContent = chosen ? describe(chosen, links) : hint;
      detail.classList.toggle("muted", chosen === null);
    };
    const order = nodes.slice().sort((a, b) => b.radius - a.radius || a.index - b.index);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const focus = (node) => {
      discs.attr("tabindex", (other) => other === node ? 0 : -1);
      discs.filter((other) => other === node).node().focus();
    };
    discs.attr("tabindex", (node) => node === order[0] ? 0 : -1);
    discs.on("focus", choose).on("click", (node) => { focus(node); choose(node); d3.event.stopPropagation(); })
      .on("keydown", (node) => {
        if (d3.event.key === "Escape") choose(null);
        if (!(d3.event.key in step)) return;
        d3.event.preventDefault();
        focus(order[(order.indexOf(node) + step[d3.event.key] + order.length) % order.length]);
      });
    svg.on("click", () => choose(null));
    choose(null);
  }

  /* ---- distribution ---------------------------------------------------------------------------------------------- */

  function marks(d) {
    const list = [{ at: d.mean, text: "mean " + total(d.mean), kind: "mean", low: null, high: null }];
    d.tail.forEach((tail) => {
      const level = d3.format(".4~g")(100 * tail.level) + "% ";
      const side = (sign) => tail.es_se === null ? null : tail.es + sign * 1.96 * tail.es_se;
      list.push({ at: tail.var, text: "VaR " + level + total(tail.var), kind: "var", low: tail.low, high: tail.high });
      list.push({ at: tail.es, text: "ES " + level + total(tail.es), kind: "es", low: side(-1), high: side(1) });
    });
    return list.filter((mark) => mark.at !== null).sort((a, b) => a.at - b.at);
  }

  /* Lines with their labels to the left of them, each above all lines that it would cross. */
  function drawMarks(svg, list, scale, top, bottom) {
    list.forEach((mark, k) => {
      const x = scale(mark.at), wide = measure(mark.text) + 12;
      mark.anchor = x - wide < -20 ? "start" : "end";
      const crossed = list.slice(0, k).filter((other) => mark.anchor === "start" || scale(other.at) > x - wide);
      mark.lane = d3.max(crossed, (other) => other.lane + 1) || 0;
    });
    const [first, last] = scale.domain();
    const inside = (value) => scale(Math.max(first, Math.min(last, value)));
    list.forEach((mark) => {
      if (mark.low !== null && mark.high !== null)
        svg.append("rect").attr("class", "band " + mark.kind).attr("x", inside(mark.low)).attr("y", top)
          .attr("width", Math.max(0.5, inside(mark.high) - inside(mark.low))).attr("height", bottom - top);
      svg.append("line").attr("class", "mark " + mark.kind).attr("x1", inside(mark.at)).attr("x2", inside(mark.at))
        .attr("y1", top - 19 - 17 * mark.lane).attr("y2", bottom);
    });
    list.forEach((mark) => { /* after all lines, which the halo of a text then leaves out */
      svg.append("text").attr("class", "name " + (mark.kind === "es" ? "es-text" : mark.kind === "mean" ? "quiet" : ""))
        .attr("x", inside(mark.at) + (mark.anchor === "end" ? -5 : 5)).attr("y", top - 10 - 17 * mark.lane)
        .attr("text-anchor", mark.anchor).text(mark.text);
    });
    return d3.max(list, (mark) => mark.lane + 1);
  }

  function distribution() {
    const d = data.distribution;
    const list = marks(d), top = 30 + 17 * list.length, height = top + 270 + 46;
    const { svg, width } = canvas("distribution-chart", height, "Histogram of the " + d.kind + " loss over " +
      short(d.total) + " scenarios: mean " + total(d.mean) + unit + "; the table below gives VaR and ES.");
    const left = 58, right = width - 8, bottom = height - 46;
    const high = d.low + d.count.length * (d.width > 0 ? d.width : 1);
    const x = d3.scaleLinear().domain([d.low, high]).range([left, right]);
    const y = d3.scaleLinear().domain([0, d3.max(d.count) / d.total]).nice(4).range([bottom, top]);
    axisLeft(svg, y, left, right, y.ticks(4), d3.format(".4~%"));
    svg.append("g").selectAll("rect").data(d.count).enter().append("rect").attr("class", "bar")
      .attr("x", (count, k) => x(d.low + k * d.width) + 0.5)
      .attr("width", Math.max(1, (right - left) / d.count.length - 1))
      .attr("y", (count) => y(count / d.total)).attr("height", (count) => bottom - y(count / d.total))
      .append("title").text((count, k) => short(d.low + k * d.width) + " to " + short(d.low + (k + 1) * d.width) +
        unit + ": " + percent(count / d.total) + " of scenarios (" + short(count) + ")");
    svg.append("line").attr("class", "base").attr("x1", left).attr("x2", right).attr("y1", bottom).attr("y2", bottom);
    const lanes = drawMarks(svg, list, x, top, bottom);
    const spare = 17 * Math.max(0, list.length - Math.max(1, lanes));
    svg.attr("viewBox", "0 " + spare + " " + width + " " + (height - spare)).attr("height", height - spare);
    axisBelow(svg, x, bottom, right, "loss of the network" + (unit ? "," + unit : ""), short);
  }

  function exceedance() {
    const d = data.distribution, height = 270;
    const { svg, width } = canvas("exceedance-chart", height,
      "Share of scenarios with at least a given loss, on a logarithmic scale.");
    const left = 58, right = width - 8, top = 14, bottom = height - 46;
    const step = d.width > 0 ? d.width : 1;
    const points = [];
    let left_over = d.total;
    d.count.forEach((count, k) => {
      if (left_over > 0) points.push([d.low + k * step, left_over / d.total]);
      left_over -= count;
    });
    const lowest = Math.pow(10, Math.floor(Math.log10(d3.min(points, (point) => point[1]) * 0.999999)));
    const x = d3.scaleLinear().domain([d.low, d.low + step * d.count.length]).range([left, right]);
    const y = d3.scaleLog().domain([Math.min(lowest, 0.1), 1]).range([bottom, top]);
    const decades = d3.range(0, Math.round(-Math.log10(y.domain()[0])) + 1).map((k) => Math.pow(10, -k));
    axisLeft(svg, y, left, right, decades, (value) => d3.format(".6~f")(100 * value) + "%");
    svg.append("path").attr("class", "curve").attr("d", d3.line().x((point) => x(point[0]))
      .y((point) => y(point[1]))(points));
    d.tail.filter((tail) => tail.var !== null && 1 - tail.level >= y.domain()[0]).forEach((tail) => {
      const px = x(tail.var), py = y(1 - tail.level), flip = px > right - 110;
      svg.append("circle").attr("class", "dot").attr("cx", px).attr("cy", py).attr("r", 3.5);
      svg.append("text").attr("class", "name").attr("x", px + (flip ? -8 : 8)).attr("y", py - 6)
        .attr("text-anchor", flip ? "end" : "start")
        .text("VaR " + d3.format(".4~g")(100 * tail.level) + "%");
    });
    axisBelow(svg, x, bottom, right, "loss of the network" + (unit ? "," + unit : ""), short);
  }

  /* ---- bars ------------------------------------------------------------------------------------------------------ */

  /* Rows of bars from zero, losses to the right, with an optional whisker and a figure at the end. */
  function rows(place, title, list) {
    const height = list.length * 24 + 44;
    const { svg, width } = canvas(place, height, title);
    const axis = "loss" + (unit ? "," + unit : "");
    const label = fitted(list.map((row) => row.name), Math.min(250, width * 0.36), [axis]), left = label.width + 8;
    const right = width - widest(list.map((row) => row.text), 190) - 6;
    const low = d3.min(list, (row) => Math.min(0, row.low)), high = d3.max(list, (row) => Math.max(0, row.high));
    const x = d3.scaleLinear().domain(low === high ? [0, 1] : [low, high]).range([left + (low < 0 ? 10 : 0), right]);
    svg.append("g").attr("class", "axis").selectAll("line").data(x.ticks(ticksFor(right - left))).enter().append("line")
      .attr("x1", x).attr("x2", x).attr("y1", 4).attr("y2", height - 40);
    list.forEach((row, k) => {
      const y = 6 + 24 * k;
      svg.append("text").attr("x", left - 10).attr("y", y + 14).attr("text-anchor", "end")
        .attr("class", row.total ? "strong" : "").text(label.text[k])
        .append("title").text(row.name);
      svg.append("rect").attr("class", row.total ? "total" : row.to >= row.from ? "loss" : "gain").attr("y", y + 2)
        .attr("height", 16)
        .attr("x", Math.min(x(row.from), x(row.to))).attr("width", Math.max(0.75, Math.abs(x(row.to) - x(row.from))));
      if (row.error !== null && row.error !== undefined && row.error > 0)
        svg.append("path").attr("class", "whisker")
          .attr("d", "M" + x(row.to - row.error) + "," + (y + 10) + "H" + x(row.to + row.error) +
          "M" + x(row.to - row.error) + "," + (y + 6) + "v8M" + x(row.to + row.error) + "," + (y + 6) + "v8");
      if (row.join) svg.append("line").attr("class", "step").attr("x1", x(row.to)).attr("x2", x(row.to))
        .attr("y1", y + 18).attr("y2", y + 26);
      svg.append("text").attr("x", width).attr("y", y + 14).attr("text-anchor", "end")
        .attr("class", row.total ? "strong" : "").text(row.text);
    });
    svg.append("line").attr("class", "base").attr("x1", x(0)).attr("x2", x(0)).attr("y1", 4).attr("y2", height - 40);
    svg.append("g").attr("class", "axis").attr("transform", "translate(0," + (height - 40) + ")")
      .call(d3.axisBottom(x).ticks(ticksFor(right - left)).tickSize(4).tickSizeOuter(0).tickFormat(short));
    svg.append("text").attr("class", "quiet").attr("x", left - 10).attr("y", height - 24).attr("text-anchor", "end")
      .text(cut(axis, left - 10));
  }

  function lines() {
    const d = data.lines;
    const shown = (units) => amount(units / Math.pow(10, data.decimals), data.decimals);
    let sum = 0;
    const list = d.name.map((name, k) => {
      const from = sum;
      sum += d.loss[k];
      return { name: name.replace(/_/g, " "), from: from, to: sum, low: Math.min(from, sum), high: Math.max(from, sum),
        text: shown(d.shown[k]), join: true };
    });
    list.push({ name: "sum", from: 0, to: d.sum, low: Math.min(0, d.sum), high: Math.max(0, d.sum),
      text: shown(d.sum_shown), total: true });
    rows("lines-chart", "Loss by balance-sheet line: each bar begins where the last one ends; their sum is " +
      shown(d.sum_shown) + unit + ".", list);
  }

  function entities() {
    const list = data.bars.map((k) => {
      const entity = data.entities[k], loss = entity.loss || 0, error = 1.96 * (entity.loss_se || 0);
      return { name: entity.name, from: 0, to: loss, low: loss - error, high: loss + error, error: error,
        text: own(entity.loss) };
    });
    rows("entities-chart", "Mean loss of the " + list.length +
      " entities that lose most; the table below has them all.", list);
  }

  function cases() {
    const list = data.cases.map((item) => {
      const loss = item.loss || 0;
      const defaults = item.defaults > 0 ? " \u00b7 " + plural(item.defaults, "default", "defaults") : "";
      return { name: item.id, from: 0, to: loss, low: loss, high: loss, text: total(item.loss) + defaults };
    });
    rows("cases-chart", "Loss of the network in each of " + list.length +
      " scenarios; the table of scenarios has the numbers.", list);
  }

  /* ---- losses by cause --------------------------------------------------------------------------------------------- */

  function causeLegend(svg, names, width) {
    let x = 0, y = 12;
    names.forEach((name, c) => {
      const wide = 22 + measure(name) + 16;
      if (x > 0 && x + wide > width) { x = 0; y += 20; }
      svg.append("rect").attr("class", "cause-" + c % 8).attr("x", x).attr("y", y - 10).attr("width", 14)
        .attr("height", 12);
      svg.append("text").attr("x", x + 20).attr("y", y).text(name);
      x += wide;
    });
    return y + 14;
  }

  /* Shares of each scenario's gross loss, stacked: what adds to it to the right of zero, what spares it to the left. */
  function stack(item) {
    let right = 0, left = 0;
    return item.loss.map((value) => {
      const share = item.loss_gross > 0 ? (value || 0) / item.loss_gross : 0;
      const from = share >= 0 ? right : left + share, to = share >= 0 ? right + share : left;
      if (share >= 0) right = to; else left = from;
      return { share: share, from: from, to: to };
    });
  }

  function causes(d) {
    const bars = d.scenarios.map(stack), row = 24;
    const { svg, width } = canvas("causes-chart", 0, "Shares of causes in the gross loss of " + plural(bars.length,
      "scenario", "scenarios") + ", stacked, negative parts left of zero; the table below has the numbers.");
    const top = causeLegend(svg, d.name, width), bottom = top + row * bars.length + 4, height = bottom + 24;
    svg.attr("viewBox", "0 0 " + width + " " + height).attr("height", height);
    const label = fitted(d.scenarios.map((item) => item.id), Math.min(250, width * 0.36), ["share of the loss"]);
    const names = label.text, left = label.width + 8;
    const right = width - widest(d.scenarios.map((item) => total(item.loss_gross)), 190) - 6;
    const low = d3.min(bars, (bar) => d3.min(bar, (part) => part.from));
    const high = d3.max(bars, (bar) => d3.max(bar, (part) => part.to));
    const x = d3.scaleLinear().domain([Math.min(0, low), Math.max(high, 1)]).range([left + (low < 0 ? 10 : 0), right]);
    svg.append("g").attr("class", "axis").selectAll("line").data(x.ticks(ticksFor(right - left))).enter().append("line")
      .attr("x1", x).attr("x2", x).attr("y1", top).attr("y2", bottom);
    bars.forEach((bar, k) => {
      const y = top + 3 + row * k;
      svg.append("text").attr("x", left - 10).attr("y", y + 13).attr("text-anchor", "end").text(names[k])
        .append("title").text(d.scenarios[k].id);
      bar.forEach((part, c) => {
        const wide = x(part.to) - x(part.from);
        if (wide < 0.25) return;
        svg.append("rect").attr("class", "cause-" + c % 8).attr("x", x(part.from)).attr("y", y).attr("width", wide)
          .attr("height", 18).append("title").text(d.scenarios[k].id + ", " + d.name[c].toLowerCase() + ": " +
            total(d.scenarios[k].loss[c]) + unit + ", " + minus(d3.format(".1%")(part.share)));
        if (wide >= 38) svg.append("text").attr("class", "on-cause").attr("x", (x(part.from) + x(part.to)) / 2)
          .attr("y", y + 13).attr("text-anchor", "middle").attr("font-size", 11)
          .text(minus(d3.format(".0%")(part.share)));
      });
      svg.append("text").attr("x", width).attr("y", y + 13).attr("text-anchor", "end")
        .text(total(d.scenarios[k].loss_gross));
    });
    svg.append("line").attr("class", "base").attr("x1", x(0)).attr("x2", x(0)).attr("y1", top).attr("y2", bottom);
    svg.append("g").attr("class", "axis").attr("transform", "translate(0," + bottom + ")")
      .call(d3.axisBottom(x).ticks(ticksFor(right - left)).tickSize(4).tickSizeOuter(0)
        .tickFormat((value) => minus(d3.format(".0%")(value))));
    svg.append("text").attr("class", "quiet").attr("x", left - 10).attr("y", bottom + 16).attr("text-anchor", "end")
      .text("share of the loss");
  }

  /* ---- default by quarter ---------------------------------------------------------------------------------------- */

  function cellText(value) {
    const shown = 100 * value;
    if (shown === 0) return "";
    if (shown < 0.005) return "<.01";
    if (shown < 0.995) return d3.format(".2f")(shown).replace(/^0/, "");
    return d3.format(shown < 9.95 ? ".1f" : ".0f")(shown);
  }

  function quarters() {
    const d = data.quarters, row = 22, top = 28;
    const label = fitted(d.entity.map((k) => data.entities[k].name), Math.min(220, roomOf("quarters-chart") * 0.38),
      ["quarter"]), names = label.text;
    const height = top + row * names.length + 8;
    const { svg, width } = canvas("quarters-chart", height, "Heat map: default probability of " + names.length +
      " entities in " + d.count + " quarters; the table below has the numbers.", 560);
    const left = label.width + 8, any = 62, cell = (width - left - any - 10) / d.count;
    const every = cell < 17 ? 5 : 1;
    for (let q = 0; q < d.count; q += every)
      svg.append("text").attr("class", "quiet").attr("x", left + cell * (q + 0.5)).attr("y", top - 10)
        .attr("text-anchor", "middle").text(q);
    svg.append("text").attr("class", "quiet").attr("x", left - 10).attr("y", top - 10).attr("text-anchor", "end")
      .text("quarter");
    svg.append("text").attr("class", "quiet").attr("x", width).attr("y", top - 10).attr("text-anchor", "end")
      .text("any");
    const strongest = d3.max(d.probability, (values) => d3.max(values)) || 1;
    d.probability.forEach((values, r) => {
      const y = top + row * r;
      svg.append("text").attr("x", left - 10).attr("y", y + 15).attr("text-anchor", "end").text(names[r]);
      values.forEach((value, q) => {
        const shade = Math.sqrt((value || 0) / strongest);
        const place = svg.append("g");
        place.append("rect").attr("class", "cell").attr("x", left + cell * q).attr("y", y).attr("width", cell - 1.5)
          .attr("height", row - 1.5);
        if (value > 0) place.append("rect").attr("class", "heat").attr("fill-opacity", Math.max(0.04, shade))
          .attr("x", left + cell * q).attr("y", y)
          .attr("width", cell - 1.5).attr("height", row - 1.5);
        if (cell >= 30) place.append("text").attr("class", onShade(shade))
          .attr("x", left + cell * q + (cell - 1.5) / 2).attr("y", y + 14.5)
          .attr("text-anchor", "middle").attr("font-size", 11).text(cellText(value));
        place.append("title").text(names[r] + ", quarter " + q + ": " + percent(value));
      });
      svg.append("text").attr("class", "strong").attr("x", width).attr("y", y + 15).attr("text-anchor", "end")
        .text(percent(data.entities[d.entity[r]].default));
    });
  }

  /* ---- numbers of the whole system by quarter -------------------------------------------------------------------- */

  /* Bars by quarter; a whisker is the band over the draws of the assumptions, or 95% of the sampling error. */
  function byQuarter(d) {
    const height = 250, top = 30;
    const { svg, width } = canvas("by-quarter-chart", height, d.title + ": mean over scenarios in " + d.mean.length +
      " quarters; the table below has the numbers.");
    const left = 70, right = width - 8, bottom = height - 46, cell = (right - left) / d.mean.length;
    const half = (k) => 1.96 * (d.se[k] || 0);
    const low = d.mean.map((mean, k) => d.low[k] !== null ? d.low[k] : (mean || 0) - half(k));
    const high = d.mean.map((mean, k) => d.high[k] !== null ? d.high[k] : (mean || 0) + half(k));
    const span = [Math.min(0, d3.min(low)), Math.max(0, d3.max(high))];
    const y = d3.scaleLinear().domain(span[0] === span[1] ? [0, 1] : span).nice(4).range([bottom, top]);
    axisLeft(svg, y, left, right, y.ticks(4), short);
    svg.append("text").attr("x", left).attr("y", 14).text(d.title + (d.unit ? ", " + d.unit : ""));
    d.mean.forEach((mean, k) => {
      const x = left + cell * k, middle = x + cell / 2, at = y(mean || 0);
      svg.append("rect").attr("class", "bar").attr("x", x + cell * 0.12).attr("width", cell * 0.76)
        .attr("y", Math.min(at, y(0))).attr("height", Math.abs(y(0) - at))
        .append("title").text("quarter " + k + ": " + short(mean) + (d.unit ? " " + d.unit : ""));
      if (high[k] > low[k]) svg.append("path").attr("class", "whisker")
        .attr("d", "M" + middle + "," + y(low[k]) + "V" + y(high[k]));
      if (cell >= 17 || k % 5 === 0) svg.append("text").attr("class", "quiet").attr("x", middle).attr("y", bottom + 16)
        .attr("text-anchor", "middle").text(k);
    });
    svg.append("line").attr("class", "base").attr("x1", left).attr("x2", right).attr("y1", y(0)).attr("y2", y(0));
    svg.append("text").attr("class", "quiet").attr("x", right).attr("y", bottom + 36).attr("text-anchor", "end")
      .text("quarter");
  }

  /* ---- tables can be sorted ---------------------------------------------------------------------------------------- */

  function sortable(table) {
    const body = table.tBodies[0];
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      if (!head.dataset.sort) return;
      const button = document.createElement("button");
      const label = head.querySelector(".label") || head;
      button.type = "button";
      button.textContent = label.textContent;
      label.textContent = "";
      label.appendChild(button);
      button.addEventListener("click", () => {
        const numeric = head.dataset.sort === "number";
        const falling = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : numeric;
        const number = (cell) => cell.dataset.v === "" ? -Infinity : Number(cell.dataset.v);
        const key = (line) => numeric ? number(line.cells[column]) : line.cells[column].textContent;
        const sorted = Array.from(body.rows).map((line, k) => [key(line), k, line]);
        sorted.sort((a, b) => (falling ? d3.descending(a[0], b[0]) : d3.ascending(a[0], b[0])) || a[1] - b[1]);
        sorted.forEach((item) => body.appendChild(item[2]));
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      });
    });
  }

  network();
  if (data.distribution) { distribution(); exceedance(); }
  if (data.cases.length > 1) cases();
  if (data.quarters) quarters();
  if (data.lines) lines();
  entities();
  data.by_quarter.forEach(byQuarter);
  if (data.causes) causes(data.causes);
  ["entity-table", "dependence-table", "measures-table"].map((id) => document.getElementById(id))
    .filter((table) => table).forEach(sortable);
}());
