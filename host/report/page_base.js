/* page_base.js - what the page's other scripts share: the data, numbers for people, and an empty drawing with axes. */
const page = (function () {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const minus = (text) => text.replace(/-/g, "\u2212");
  const amount = (value, decimals) => value === null ? "\u2013" : minus(d3.format(",." + decimals + "f")(value));
  const total = (value) => amount(value, data.decimals);
  const own = (value) => amount(value, data.entity_decimals);
  const unit = data.unit === "" ? "" : " " + data.unit;
  const narrow = 320; /* charts are drawn no narrower: a phone's page less its margins */

  function percent(value) {
    if (value === null) return "\u2013";
    const shown = 100 * value;
    if (shown === 0) return "0%";
    if (Math.abs(shown) < 0.001) return "<0.001%";
    return minus(d3.format(Math.abs(shown) >= 10 ? ".1f" : Math.abs(shown) >= 1 ? ".2f" : ".2~g")(shown)) + "%";
  }
  const short = (value) => {
    const magnitude = Math.abs(value);
    if (magnitude !== 0 && (magnitude >= 1e7 || magnitude < 1e-4)) return minus(d3.format(".3~g")(value));
    return minus(d3.format(",.6~r")(value));
  };
  const plural = (count, one, many) => d3.format(",")(count) + " " + (count === 1 ? one : many);

  /* An svg as wide as its place now, which scales with it later. What needs more width than there is can be scrolled,
   * by keyboard too. */
  function canvas(place, height, label, least) {
    const box = document.getElementById(place), room = roomOf(place);
    const width = Math.max(least || narrow, Math.min(1140, room));
    const svg = d3.select(box).append("svg").attr("viewBox", "0 0 " + width + " " + height)
      .attr("width", width).attr("height", height).attr("role", "img").attr("aria-label", label);
    if (width > room) {
      svg.style("min-width", width + "px");
      d3.select(box).classed("scrolled", true).attr("tabindex", 0).attr("role", "region")
        .attr("aria-label", "Chart, wider than the page");
    }
    return { svg: svg, width: width, height: height };
  }
  /* Width of a text in pixels, as the charts write it; the size is that of the style sheet unless given. */
  const brush = document.createElement("canvas").getContext("2d"), family = getComputedStyle(document.body).fontFamily;
  function measure(text, size, strong) {
    brush.font = (strong ? "620 " : "") + (size || 12) + "px " + family;
    return brush.measureText(text).width;
  }

  /* The text, or as much of it as fits into so many pixels. */
  function cut(text, room, size, strong) {
    if (measure(text, size, strong) <= room) return text;
    let length = text.length - 1;
    while (length > 1 && measure(text.slice(0, length) + "\u2026", size, strong) > room) length--;
    return text.slice(0, length) + "\u2026";
  }
  function widest(texts, most) { return Math.min(most, 10 + Math.ceil(d3.max(texts, (text) => measure(text, 12,
    true)))); }

  /* Names cut so that they fit, and the width that they take; `more` texts want to fit as well. */
  function fitted(names, most, more) {
    const width = widest(names.concat(more || []), most);
    return { width: width, text: names.map((name) => cut(name, width - 10, 12)) };
  }
  const roomOf = (place) => Math.floor(document.getElementById(place).clientWidth);
  const onShade = (shade) => shade > 0.83 ? "on-heat"
    : "on-low"; /* which colour of text a cell of the heat map takes */
  const ticksFor = (width) => Math.max(2, Math.min(8, Math.floor(width / 75)));

  function axisBelow(svg, scale, y, width, title, format) {
    const [from, to] = scale.range();
    svg.append("g").attr("class", "axis").attr("transform", "translate(0," + y + ")")
      .call(d3.axisBottom(scale).ticks(ticksFor(Math.abs(to - from))).tickSizeOuter(0).tickFormat(format))
      .selectAll("text").attr("x", function (value) { /* the last one stays inside */
        return 0.5 - Math.max(0, scale(value) + measure(this.textContent) / 2 - width - 6);
      });
    svg.append("text").attr("class", "quiet").attr("x", width).attr("y", y + 36).attr("text-anchor", "end").text(title);
  }
  function axisLeft(svg, scale, left, right, values, format) {
    const ticks = svg.append("g").attr("class", "axis").selectAll("g").data(values).enter().append("g")
      .attr("transform", (value) => "translate(0," + scale(value) + ")");
    ticks.append("line").attr("x1", left).attr("x2", right);
    ticks.append("text").attr("x", left - 8).attr("y", 4).attr("text-anchor", "end").text(format);
  }

  /* Paper shows all that can be opened and is told in words. */
  window.addEventListener("beforeprint", () => {
    Array.from(document.querySelectorAll("details.story")).forEach((details) => { details.open = true; });
  });

  return { data, unit, amount, total, own, minus, percent, short, plural, measure, cut, widest, fitted, canvas,
    axisBelow, axisLeft,
    ticksFor, onShade, roomOf };
}());
