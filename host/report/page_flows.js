/* page_flows.js - who pays whom: bands from payers to receivers, and circles of ribbons, one for each basis. */
(function () {
  "use strict";
  const { data, unit, short, percent, measure, cut, canvas, roomOf } = page;
  const flows = data.flows;
  if (!flows) return;
  const names = flows.row.map((k) => k < 0 ? "all others" : data.entities[k].name);
  const count = names.length;
  const yearly = flows.bases.length > 1;
  const tone = (r) => flows.row[r] < 0 ? "tone-rest" : "tone-" + r % 8;
  const sum = (amount, r, into) => d3.sum(d3.range(count), (k) => into ? amount[k][r] : amount[r][k]);

  /* Blocks of one side from the top down, in the order of the rows; those without an amount take no room. */
  function side(amount, into, scale, gap) {
    let y = 0;
    return d3.range(count).map((r) => {
      const size = sum(amount, r, into) * scale, block = { row: r, y: y, size: size, used: 0 };
      if (size > 0) y += Math.max(size, 13) + gap;
      return block;
    });
  }

  const gap = 5, room = 300; /* pixels between blocks; of all amounts of the largest basis together */
  const height = (blocks) => d3.max(blocks, (block) => block.size > 0 ? block.y + Math.max(block.size, 13) : 0) || 0;

  function bands() {
    const scale = room / (d3.max(flows.bases, (basis) => basis.total) || 1);
    const layout = flows.bases.map((basis) => ({ basis: basis, left: side(basis.amount, false, scale, gap),
      right: side(basis.amount, true, scale, gap) }));
    let y = 8;
    layout.forEach((item) => {
      item.top = y + 26;
      y = item.top + Math.max(height(item.left), height(item.right), 20) + 22;
    });
    const { svg, width } = canvas("bands-chart", y, "Bands from those who pay to those who receive, " +
      flows.bases.map((basis) => basis.title.toLowerCase() + ": " + short(Math.round(basis.total)) + unit).join("; ") +
      "; the table below has the numbers.");
    const margin = Math.min(190, width * 0.3);
    layout.forEach((item) => band(svg.append("g").attr("transform", "translate(0," + item.top + ")"), item, scale,
      margin, width));
  }

  function band(g, item, scale, margin, width) {
    const x0 = margin, x1 = width - margin, bar = 9, amount = item.basis.amount;
    g.append("text").attr("class", "strong").attr("x", 0).attr("y", -12).text(item.basis.title + ": " +
      short(Math.round(item.basis.total)) + unit + (yearly ? " a year between entities" : ""));
    item.left.forEach((from) => item.right.forEach((to) => {
      const value = amount[from.row][to.row], size = value * scale;
      if (!(value > 0)) return;
      const ya = from.y + from.used + size / 2, yb = to.y + to.used + size / 2, middle = (x0 + x1) / 2;
      from.used += size;
      to.used += size;
      g.append("path").attr("class", "ribbon-line " + tone(from.row)).attr("stroke-width", Math.max(size, 0.6))
        .attr("d", "M" + (x0 + bar) + "," + ya + "C" + middle + "," + ya + " " + middle + "," + yb + " " +
          (x1 - bar) + "," + yb)
        .append("title").text(told(item.basis, from.row, to.row));
    }));
    const sides = [[item.left, x0, "end", -6], [item.right, x1 - bar, "start", bar + 6]];
    sides.forEach(([blocks, x, anchor, off], which) => {
      blocks.filter((block) => block.size > 0).forEach((block) => {
        g.append("rect").attr("class", "block " + tone(block.row)).attr("x", x).attr("y", block.y).attr("width", bar)
          .attr("height", Math.max(block.size, 1));
        g.append("text").attr("x", x + off).attr("y", block.y + Math.max(block.size, 13) / 2 + 4)
          .attr("text-anchor", anchor)
          .text(labelled(names[block.row], sum(amount, block.row, which === 1), margin - 8)).append("title")
          .text(names[block.row]);
      });
    });
  }

  function labelled(name, value, room) {
    const figure = " " + short(Number(value.toPrecision(3)));
    return cut(name, room - measure(figure)) + figure;
  }

  function told(basis, from, to) {
    const invested = basis.invested ? basis.invested[from][to] : 0;
    return names[from] + " to " + names[to] + ": " + short(Number(basis.amount[from][to].toPrecision(4))) + unit +
      (yearly ? " a year" : "") + (invested > 0 ? ", of it invested " + short(Number(invested.toPrecision(4))) : "");
  }

  /* Circles side by side where there is room, else one below the other. */
  function circles() {
    const box = roomOf("circle-chart"), bases = flows.bases;
    const columns = Math.max(1, Math.min(bases.length, Math.floor(box / 330)));
    const lines = Math.ceil(bases.length / columns);
    const probe = Math.max(320, Math.min(1140, box)) / columns, size = Math.min(probe, 460);
    const { svg, width } = canvas("circle-chart", lines * (size + 30) + 4, "Circles of flows between " + count +
      " entities, one for each basis: " + bases.map((basis) => basis.title.toLowerCase()).join(", ") +
      "; the table above has the numbers.");
    bases.forEach((basis, k) => circle(svg, basis, width / columns * (k % columns + 0.5),
      30 + (size + 30) * Math.floor(k / columns) + size / 2, size));
  }

  /* Each entity has an arc as long as what it pays and receives together; what it pays leaves first. */
  function arcs(amount, all) {
    const gaps = d3.range(count).filter((r) => sum(amount, r, false) + sum(amount, r, true) > 0).length * 0.035;
    const scale = (2 * Math.PI - gaps) / (2 * all), links = [], list = [];
    let at = 0;
    d3.range(count).forEach((r) => {
      const start = at;
      d3.range(count).filter((k) => amount[r][k] > 0).forEach((k) => {
        links.push({ from: r, to: k, out: [at, at += amount[r][k] * scale], into: null });
      });
      const middle = at;
      at += sum(amount, r, true) * scale;
      list.push({ index: r, value: at - start, startAngle: start, endAngle: at, free: middle });
      if (at > start) at += 0.035;
    });
    links.forEach((link) => {
      const to = list[link.to];
      link.into = [to.free, to.free += amount[link.from][link.to] * scale];
    });
    return { list: list.filter((group) => group.value > 0), links: links };
  }

  function circle(svg, basis, cx, cy, size) {
    const label = 82, outer = size / 2 - label, inner = outer - 9;
    const g = svg.append("g").attr("transform", "translate(" + cx + "," + cy + ")");
    svg.append("text").attr("class", "strong").attr("x", cx).attr("y", cy - size / 2 - 12).attr("text-anchor", "middle")
      .text(basis.title);
    if (!(basis.total > 0)) {
      g.append("text").attr("class", "quiet").attr("text-anchor", "middle").text("no flow between entities");
      return;
    }
    const groups = arcs(basis.amount, basis.total), turn = (span) => ({ startAngle: span[0], endAngle: span[1] });
    const ribbon = d3.ribbon().radius(inner - 1);
    groups.links.forEach((link) => g.append("path").attr("class", "ribbon " + tone(link.from))
      .attr("d", ribbon({ source: turn(link.out), target: turn(link.into) })).append("title")
      .text(told(basis, link.from, link.to)));
    const arc = d3.arc().innerRadius(inner).outerRadius(outer);
    groups.list.forEach((group) => g.append("path").attr("class", "block " + tone(group.index)).attr("d", arc(group)));
    namesAround(g, groups.list, outer + 6, label - 8);
  }

  /* Along the radius; a name whose arc is too thin for a line of text gives way to its neighbours. */
  function namesAround(g, groups, radius, room) {
    let last = -Infinity;
    const order = groups.filter((group) => group.value > 0);
    order.forEach((group) => {
      const middle = (group.startAngle + group.endAngle) / 2, apart = 13.5 / radius;
      if (middle - last < apart || 2 * Math.PI + (order[0].startAngle + order[0].endAngle) / 2 - middle < apart &&
        group !== order[0])
        return;
      last = middle;
      const flip = middle > Math.PI, turn = middle * 180 / Math.PI - 90;
      g.append("text").attr("transform", "rotate(" + turn + ")translate(" + radius + ")" + (flip ? "rotate(180)" : ""))
        .attr("text-anchor", flip ? "end" : "start").attr("y", 4).attr("class", "small")
        .text(cut(names[group.index], room, 11)).append("title").text(names[group.index]);
    });
  }

  function note() {
    const parts = flows.bases.filter((basis) => basis.outside > 0).map((basis) => basis.title.toLowerCase() + " " +
      short(Number(basis.outside.toPrecision(3))) + unit);
    const text = [];
    if (flows.row[count - 1] < 0) text.push("Shown by themselves are the " + (count - 1) +
      " entities with the largest flows.");
    if (parts.length) text.push("Not drawn, with the rest of the world, both ways: " + parts.join(", ") + ".");
    const first = flows.bases[0], last = flows.bases[flows.bases.length - 1];
    if (yearly && first.total > 0)
      text.push("Of the headline flows between entities " + percent(last.total / first.total) +
        " are funded or running business.");
    document.getElementById("flows-note").textContent = text.join(" ");
  }

  bands();
  circles();
  note();
}());
