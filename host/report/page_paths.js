/* page_paths.js - fans by quarter, losses against the size of shocks, vulnerability against impact, and who loses with
 * whom. */
(function () {
  "use strict";
  const { data, unit, total, amount, percent, short, plural, measure, cut, fitted, canvas, axisBelow, axisLeft,
    onShade, roomOf } = page;
  const withUnit = unit ? "," + unit : "";
  const name = (k) => k < 0 ? "All entities" : data.entities[k].name;

  /* Small charts in columns: the place of number k. */
  function grid(place, count, most, least) {
    const box = roomOf(place);
    const columns = Math.max(1, Math.min(most, count, Math.floor(Math.max(320, Math.min(1140, box)) / least)));
    return { columns: columns, lines: Math.ceil(count / columns) };
  }

  /* ---- fans ------------------------------------------------------------------------------------------------------ */

  function paths(d) {
    const high = 168, shape = grid("paths-chart", d.panel.length, 3, 300);
    const { svg, width } = canvas("paths-chart", shape.lines * high + 40, "Value, cash and capacity by quarter of " +
      plural(d.panel.length / 3, "row", "rows") + ": all entities together, then those with the largest mean losses.");
    key(svg, d, width);
    d.panel.forEach((panel, k) => {
      const g = svg.append("g").attr("transform", "translate(" + width / shape.columns * (k % shape.columns) + "," +
        (40 + high * Math.floor(k / shape.columns)) + ")");
      fan(g, panel, d, width / shape.columns - 14, high);
    });
  }

  function key(svg, d, width) {
    const items = d.sample > 0 ? [["fan-wide", "90% of scenarios"], ["fan-middle", "50%"], ["fan-line", "median"]] : [];
    items.push(["fan-base", "value without shock"]);
    if (d.id.length > 0) items.push(["fan-kept", data.drawn ? "worst scenarios" : "scenarios"]);
    let x = 0, y = 12;
    items.forEach(([kind, text]) => {
      const wide = 28 + measure(text) + 16;
      if (x > 0 && x + wide > width) { x = 0; y += 17; }
      const area = kind === "fan-wide" || kind === "fan-middle";
      if (area) svg.append("rect").attr("class", kind).attr("x", x).attr("y", y - 9).attr("width", 22)
        .attr("height", 11);
      else svg.append("line").attr("class", kind).attr("x1", x).attr("x2", x + 22).attr("y1", y - 4).attr("y2", y - 4);
      svg.append("text").attr("x", x + 28).attr("y", y).text(text);
      x += wide;
    });
  }

  function fan(g, panel, d, width, height) {
    const left = 52, top = 24, bottom = height - 26, lines = panel.kept.concat(panel.baseline.length
      ? [panel.baseline] : []);
    const every = panel.band.concat(lines), quarters = every[0].length;
    const low = d3.min(every, (line) => d3.min(line)), high = d3.max(every, (line) => d3.max(line));
    const x = d3.scaleLinear().domain([0, Math.max(1, quarters - 1)]).range([left, width - 6]);
    const y = d3.scaleLinear().domain([Math.min(0, low), Math.max(0, high) || 1]).nice(3).range([bottom, top]);
    const path = d3.line().x((value, t) => x(t)).y((value) => y(value)).defined((value) => value !== null);
    const area = (a, b) => d3.area().x((value, t) => x(t)).y0((value, t) => y(a[t])).y1((value, t) => y(b[t]))(a);
    g.append("text").attr("class", "small strong").attr("x", 0).attr("y", 12)
      .text(cut(name(panel.entity), width - 70, 11, true) + ", " + panel.field);
    axisLeft(g, y, left, width - 6, y.ticks(3), short);
    if (panel.band.length) {
      g.append("path").attr("class", "fan-wide").attr("d", area(panel.band[0], panel.band[4]));
      g.append("path").attr("class", "fan-middle").attr("d", area(panel.band[1], panel.band[3]));
    }
    panel.kept.forEach((line, k) => g.append("path").attr("class", "fan-kept").attr("d", path(line))
      .append("title").text("scenario " + d.id[k]));
    if (panel.baseline.length) g.append("path").attr("class", "fan-base").attr("d", path(panel.baseline));
    if (panel.band.length) g.append("path").attr("class", "fan-line").attr("d", path(panel.band[2]));
    g.append("g").attr("class", "axis").attr("transform", "translate(0," + bottom + ")")
      .call(d3.axisBottom(x).ticks(Math.min(quarters - 1, 5)).tickSize(4).tickSizeOuter(0).tickFormat(d3.format("d")));
    g.append("text").attr("class", "quiet small").attr("x", 0).attr("y", bottom + 17).text("quarter");
  }

  /* ---- losses against the size of shocks -------------------------------------------------------------------------- */

  /* The middle of each of n groups of equal probability, in standard deviations: found by halving. */
  function middles(n) {
    const below = (x) => { /* Phi by its series, good to 1e-9 within 3 */
      let term = x, sum = x;
      for (let k = 1; k < 60; k++) { term *= x * x / (2 * k + 1); sum += term; }
      return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    };
    return d3.range(n).map((k) => {
      let low = -4, high = 4;
      for (let step = 0; step < 40; step++) {
        const middle = (low + high) / 2;
        if (below(middle) < (k + 0.5) / n) low = middle; else high = middle;
      }
      return (low + high) / 2;
    });
  }

  function factors(list) {
    const high = 300, shape = grid("factors-chart", list.length, 3, 310);
    const { svg, width } = canvas("factors-chart", shape.lines * high,
      "Mean loss of the network, and share of scenarios " +
      "with defaults, by the level of " + list.map((factor) => factor.name).join(", ") + ".");
    const end = (factor, k, sign) => factor.loss[k] + sign * 1.96 * (factor.loss_se[k] || 0);
    const most = d3.max(list, (factor) => d3.max(factor.loss, (loss, k) => end(factor, k, 1)));
    const least = Math.min(0, d3.min(list, (factor) => d3.min(factor.loss, (loss, k) => end(factor, k, -1))));
    list.forEach((factor, k) => {
      const g = svg.append("g").attr("transform", "translate(" + width / shape.columns * (k % shape.columns) + "," +
        high * Math.floor(k / shape.columns) + ")");
      bend(g, factor, [least, most || 1], Math.min(560, width / shape.columns - 16));
    });
  }

  function bend(g, factor, span, width) {
    const level = middles(factor.loss.length), left = 54, right = width - 6, cutAt = 176, bottom = 256;
    const x = d3.scaleLinear().domain([-2.2, 2.2]).range([left, right]);
    const y = d3.scaleLinear().domain(span).nice(3).range([cutAt, 26]);
    const share = d3.scaleLinear().domain([0, 1]).range([bottom, cutAt + 22]);
    const title = cut(factor.name.replace(/_/g, " "), 150, 11, true) + ": mean loss" + cut(withUnit, 70, 11, true);
    g.append("text").attr("class", "small strong").attr("x", 0).attr("y", 12).text(title);
    axisLeft(g, y, left, right, y.ticks(4), short);
    const half = (k) => 1.96 * (factor.loss_se[k] || 0);
    const known = d3.range(level.length).filter((k) => factor.loss[k] !== null);
    g.append("path").attr("class", "fan-middle").attr("d", d3.area().x((k) => x(level[k]))
      .y0((k) => y(factor.loss[k] - half(k))).y1((k) => y(factor.loss[k] + half(k)))(known));
    g.append("path").attr("class", "curve")
      .attr("d", d3.line().x((k) => x(level[k])).y((k) => y(factor.loss[k]))(known));
    known.forEach((k) => g.append("circle").attr("class", "dot").attr("cx", x(level[k])).attr("cy", y(factor.loss[k]))
      .attr("r", 2)
      .append("title").text(d3.format(".2f")(level[k]) + " standard deviations: " + total(factor.loss[k]) + unit +
        ", defaults in " + percent(factor.any_default[k])));
    axisLeft(g, share, left, right, [0, 0.5, 1], d3.format(".0%"));
    g.append("path").attr("class", "curve es")
      .attr("d", d3.line().x((k) => x(level[k])).y((k) => share(factor.any_default[k]))(known));
    g.append("text").attr("class", "small quiet").attr("x", left + 3).attr("y", cutAt + 17)
      .text("scenarios with a default");
    g.append("g").attr("class", "axis").attr("transform", "translate(0," + bottom + ")")
      .call(d3.axisBottom(x).tickValues([-2, -1, 0, 1, 2]).tickSize(4).tickSizeOuter(0).tickFormat(short));
    g.append("text").attr("class", "quiet small").attr("x", right).attr("y", bottom + 32).attr("text-anchor", "end")
      .text("standard deviations");
  }

  function sweeps(list) {
    const high = 250, shape = grid("sweeps-chart", list.length, 2, 420);
    const { svg, width } = canvas("sweeps-chart", shape.lines * high, "Loss of the network by the size of one shock: " +
      list.map((sweep) => sweep.name).join("; ") + ".");
    list.forEach((sweep, k) => {
      const g = svg.append("g").attr("transform", "translate(" + width / shape.columns * (k % shape.columns) + "," +
        high * Math.floor(k / shape.columns) + ")");
      climb(g, sweep, Math.min(560, width / shape.columns - 16), high);
    });
  }

  function climb(g, sweep, width, high) {
    const left = 54, right = width - 22, bottom = high - 46;
    const points = sweep.point.slice().sort((a, b) => a.value - b.value);
    const span = [Math.min(0, d3.min(points, (point) => point.loss)), d3.max(points, (point) => point.loss) || 1];
    const x = d3.scaleLinear().domain(d3.extent(points, (point) => point.value)).range([left + 10, right]);
    const y = d3.scaleLinear().domain(span).nice(4).range([bottom, 40]);
    g.append("text").attr("class", "small strong").attr("x", 0).attr("y", 12)
      .text(cut("Loss" + withUnit + ": " + sweep.name, width, 11, true));
    axisLeft(g, y, left, right, y.ticks(4), short);
    g.append("path").attr("class", "curve")
      .attr("d", d3.line().x((point) => x(point.value)).y((point) => y(point.loss))(points));
    let last = -Infinity;
    points.forEach((point) => {
      g.append("circle").attr("class", "dot").attr("cx", x(point.value)).attr("cy", y(point.loss)).attr("r", 3.5)
        .append("title").text(point.id + ": " + total(point.loss) + unit + ", " +
          plural(point.defaults, "default", "defaults"));
      if (x(point.value) - last < 18) return;
      last = x(point.value);
      g.append("text").attr("class", "name").attr("x", x(point.value)).attr("y", y(point.loss) - 9)
        .attr("text-anchor", "middle").text(point.defaults);
    });
    axisBelow(g, x, bottom, right, "value in the scenario file", short);
  }

  /* ---- vulnerability against impact -------------------------------------------------------------------------------- */

  const crosses = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const whisker = (item) => item.lost_se && item.lost ? 1.96 * Math.abs(item.share * item.lost_se / item.lost) : 0;
  const manyDiscs = 60; /* more of them have no whiskers, which would hide them */

  /* Both scales, with their axes drawn. */
  function impactAxes(svg, list, width, height) {
    const left = 58, right = width - 24, top = 30, bottom = height - 46;
    const [least, most] = d3.extent(list, (item) => item.default), pad = most / least < 10 ? 3 : 1.6;
    const low = d3.min(list, (item) => item.share - whisker(item));
    const high = d3.max(list, (item) => item.share + whisker(item));
    const x = d3.scaleLog().domain([least / pad, Math.min(1, most * pad)]).range([left, right]);
    const y = d3.scaleLinear().domain(high > low ? [low, high] : [low - 0.01, high + 0.01]).nice(5)
      .range([bottom, top]);
    const ticks = (steps) => [].concat(...d3.range(-9, 1).map((power) => steps.map((m) => m * Math.pow(10, power))))
      .filter((p) => p >= x.domain()[0] && p <= x.domain()[1]);
    axisLeft(svg, y, left, right, y.ticks(5), d3.format(".3~%"));
    svg.append("g").attr("class", "axis").attr("transform", "translate(0," + bottom + ")")
      .call(d3.axisBottom(x).tickValues(ticks([1]).length > 2 ? ticks([1]) : ticks([1, 2, 5])).tickSizeOuter(0)
        .tickFormat((value) => d3.format(".6~f")(100 * value) + "%"));
    svg.append("text").attr("class", "quiet").attr("x", right).attr("y", bottom + 36).attr("text-anchor", "end")
      .text("default probability");
    svg.append("text").attr("class", "quiet").attr("x", 0).attr("y", 10).text("others lose then, of their value");
    return { x: x, y: y };
  }

  function impact(list) {
    const height = 420, many = list.length > manyDiscs;
    const { svg, width } = canvas("impact-chart", height, "Default probability against what the others lose when the " +
      "entity defaults, of " + plural(list.length, "entity", "entities") + "; the table below has the numbers.");
    const { x, y } = impactAxes(svg, list, width, height);
    const value = (item) => Math.max(0, data.entities[item.entity].value || 0);
    const size = d3.scaleSqrt().domain([0, d3.max(list, value) || 1]).range(many ? [1.5, 9] : [2.5, 16]);
    const discs = list.map((item) => ({ item: item, x: x(item.default), y: y(item.share), r: size(value(item)) }));
    discs.forEach((disc) => {
      const item = disc.item, half = whisker(item);
      if (!many && half > 0) svg.append("line").attr("class", "whisker").attr("x1", disc.x).attr("x2", disc.x)
        .attr("y1", y(item.share - half)).attr("y2", y(item.share + half));
      svg.append("circle").attr("class", item.count < 100 ? "scatter hollow" : "scatter").attr("cx", disc.x)
        .attr("cy", disc.y).attr("r", disc.r).append("title").text(name(item.entity) + ": defaults in " +
          percent(item.default) + ", others then lose " + total(item.lost) + unit + ", " + percent(item.share) +
          " of their value");
    });
    nameDiscs(svg, discs, width);
  }

  /* Names where there is room, above all of those that fail often and take much with them. */
  function nameDiscs(svg, discs, width) {
    const taken = discs.map((disc) => ({ left: disc.x - disc.r, right: disc.x + disc.r, top: disc.y - disc.r,
      bottom: disc.y + disc.r, of: disc }));
    taken.push({ left: 0, right: 230, top: 0, bottom: 18 });
    discs.slice().sort((a, b) => b.item.default * b.item.share - a.item.default * a.item.share).forEach((disc) => {
      const text = cut(name(disc.item.entity), 170), wide = measure(text) + 4;
      const spots = [[disc.r + 5, 4, "start"], [-disc.r - 5, 4, "end"], [0, -disc.r - 5, "middle"],
        [0, disc.r + 14, "middle"]];
      const boxes = spots.map(([dx, dy, anchor]) => {
        const from = disc.x + dx - (anchor === "end" ? wide : anchor === "middle" ? wide / 2 : 0);
        return { left: from, right: from + wide, top: disc.y + dy - 11, bottom: disc.y + dy + 4 };
      });
      const best = boxes.findIndex((box) => box.left >= 58 && box.right <= width && box.bottom < 374 &&
        !taken.some((other) => other.of !== disc && crosses(box, other)));
      if (best < 0) return;
      taken.push(boxes[best]);
      svg.append("text").attr("class", "name").attr("x", disc.x + spots[best][0]).attr("y", disc.y + spots[best][1])
        .attr("text-anchor", spots[best][2]).text(text);
    });
  }

  /* ---- who loses when whom falls ----------------------------------------------------------------------------------- */

  function matrix(d) {
    const row = 22, heads = d.column.map((k) => cut(name(k), 110, 11));
    const label = fitted(d.row.map(name), Math.min(190, roomOf("matrix-chart") * 0.38), []);
    const top = 22 + 0.87 * d3.max(heads, (text) => measure(text, 11)), height = top + row * d.row.length + 6;
    const { svg, width } = canvas("matrix-chart", height, "Heat map: " + (d.losses ? "what each of " + d.row.length +
      " entities loses, in percent of its baseline value," : "how often each of " + d.row.length + " defaults") +
      " when one of " + d.column.length + " entities defaults.",
      label.width + 70 + 29 * d.column.length);
    const left = label.width + 8, cell = Math.min(64, (width - left - 60) / d.column.length);
    heads.forEach((text, c) => svg.append("text").attr("class", "small").attr("transform", "translate(" +
      (left + cell * (c + 0.5) + 4) + "," + (top - 6) + ")rotate(-60)").text(text)
      .append("title").text(name(d.column[c])));
    d.row.forEach((entity, r) => {
      const y = top + row * r;
      svg.append("text").attr("x", left - 10).attr("y", y + 15).attr("text-anchor", "end").text(label.text[r])
        .append("title").text(name(entity));
      d.column.forEach((column, c) => {
        const share = d.share[r][c];
        shaded(svg.append("g").attr("transform", "translate(" + (left + cell * c) + "," + y + ")"), share, cell, row)
          .append("title").text(name(entity) + (d.losses ? " loses " + percent(share) + " of its value" :
            " defaults in " + percent(share) + " of the scenarios") + " when " + name(column) + " defaults");
      });
    });
  }

  /* A cell as dark as the root of its share; gains in the colour of gains. */
  function shaded(g, share, wide, high) {
    const shade = share === null ? 0 : Math.sqrt(Math.min(1, Math.abs(share)));
    const area = (kind) => g.append("rect").attr("class", kind).attr("width", wide - 1.5).attr("height", high - 1.5);
    area("cell");
    if (share === null) return g;
    area(share >= 0 ? "heat" : "gain").attr("fill-opacity", Math.max(0.03, shade * (share >= 0 ? 1 : 0.5)));
    if (wide >= 28) g.append("text").attr("class", onShade(share >= 0 ? shade : 0)).attr("font-size", 11)
      .attr("x", (wide - 1.5) / 2).attr("y", 14.5).attr("text-anchor", "middle").text(amount(100 * share, 0));
    return g;
  }

  if (data.paths) paths(data.paths);
  if (data.factors.length) factors(data.factors);
  if (data.sweeps.length) sweeps(data.sweeps);
  if (data.impact.length) impact(data.impact);
  if (data.matrix) matrix(data.matrix);
}());
