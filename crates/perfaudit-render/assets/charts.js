"use strict";
// Draws the charts of the report as inline SVG. Colours come from the style sheet, so a change of theme needs no redraw.
const charts = (() => {
  const TIME = [[1e-3, "ps"], [1, "ns"], [1e3, "us"], [1e6, "ms"], [1e9, "s"]];
  const prefixed = (unit) => [[1, unit], [1e3, "k" + unit], [1e6, "M" + unit], [1e9, "G" + unit], [1e12, "T" + unit]];
  const SCALES = {
    "ns": TIME,
    "B": prefixed("B"),
    "B/s": prefixed("B/s"),
    "bit/s": prefixed("bit/s"),
    "elem/s": [[1, "elem/s"], [1e3, "k elem/s"], [1e6, "M elem/s"], [1e9, "G elem/s"], [1e12, "T elem/s"]],
    "unknown": [[1, "units"]],
  };
  const MARGIN = { left: 62, right: 14, top: 12, bottom: 38 };
  const COLOURS = 7;
  // From this ratio of the largest to the smallest value on, an axis starts out logarithmic.
  const WIDE = 20;

  // The namespace is asked of the parser, so that the page names no URL.
  const namespace = (() => {
    const probe = document.createElement("template");
    probe.innerHTML = "<svg></svg>";
    return probe.content.firstChild.namespaceURI;
  })();

  function svg(parent, name, attributes, text) {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function tag(parent, name, text, className) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    parent.append(element);
    return element;
  }

  function scaleFor(value, unit) {
    const scales = SCALES[unit] || SCALES.unknown;
    return scales.findLast(([factor]) => Math.abs(value) >= 0.9995 * factor) || scales[0];
  }

  // Three significant digits, as in the tables; more where `step` (the precision that matters) asks for it.
  function format(value, unit, step) {
    const [factor, symbol] = scaleFor(value, unit);
    const scaled = value / factor;
    const places = (x, digits) => (x > 0 ? digits - 1 - Math.floor(Math.log10(x) + 1e-9) : 0);
    const wanted = Math.max(places(Math.abs(scaled), 3), step ? Math.min(places(step / factor, 2), places(Math.abs(scaled), 5)) : 0);
    return scaled.toFixed(Math.max(0, Math.min(wanted, 9))) + " " + symbol;
  }

  function linear(low, high, from, to) {
    const map = (value) => from + ((value - low) / (high - low)) * (to - from);
    map.back = (pixel) => low + ((pixel - from) / (to - from)) * (high - low);
    map.ticks = (count) => {
      const rough = (high - low) / count;
      const power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
      const ticks = [];
      for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
      return ticks;
    };
    return map;
  }

  function logarithmic(low, high, from, to) {
    const inner = linear(Math.log10(low), Math.log10(high), from, to);
    const map = (value) => inner(Math.log10(value));
    map.ticks = (count) => {
      const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
      const choices = [[1], [1, 3], [1, 2, 5]];
      let ticks = [];
      for (const factors of choices) {
        const next = [];
        for (let e = first; e <= last; e++) for (const f of factors) next.push(f * 10 ** e);
        const visible = next.filter((v) => v >= low * 0.999 && v <= high * 1.001);
        if (visible.length > count && ticks.length > 1) break;
        ticks = visible;
      }
      const stride = Math.ceil(ticks.length / count);
      return ticks.filter((_, i) => i % stride === 0);
    };
    return map;
  }

  // Tick texts share one unit and as many decimals as tell them apart.
  function tickTexts(ticks, factor) {
    for (let places = 0; places <= 9; places++) {
      const texts = ticks.map((t) => (t / factor).toFixed(places));
      if (new Set(texts).size === ticks.length && texts.every((text, i) => Math.abs(text - ticks[i] / factor) <= Math.abs(ticks[i] / factor) * 1e-3 + 1e-12)) return texts;
    }
    return ticks.map((t) => String(t / factor));
  }

  function frame(host, height, label, rightMargin = MARGIN.right) {
    const width = Math.max(260, Math.floor(host.clientWidth));
    const root = svg(host, "svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": label, tabindex: 0 });
    return { root, width, height, left: MARGIN.left, right: width - rightMargin, top: MARGIN.top, bottom: height - MARGIN.bottom };
  }

  function yAxis(f, map, ticks, texts, title) {
    ticks.forEach((tick, i) => {
      const y = Math.round(map(tick)) + 0.5;
      svg(f.root, "path", { class: "axis", d: `M${f.left} ${y}H${f.right}` });
      svg(f.root, "text", { x: f.left - 7, y: y + 3.5, "text-anchor": "end" }, texts[i]);
    });
    svg(f.root, "text", { transform: `translate(11 ${(f.top + f.bottom) / 2}) rotate(-90)`, "text-anchor": "middle" }, title);
  }

  function xAxis(f, positions, texts, title) {
    svg(f.root, "path", { class: "axis", d: `M${f.left} ${f.bottom + 0.5}H${f.right}` });
    let free = -Infinity;
    positions.forEach((x, i) => {
      const half = texts[i].length * 3.2 + 4;
      if (x - half < free) return;
      free = x + half;
      svg(f.root, "path", { class: "axis", d: `M${Math.round(x) + 0.5} ${f.bottom}v4` });
      svg(f.root, "text", { x, y: f.bottom + 16, "text-anchor": "middle" }, texts[i]);
    });
    svg(f.root, "text", { x: (f.left + f.right) / 2, y: f.height - 4, "text-anchor": "middle" }, title);
  }

  // Pointer and arrow keys walk over `stops` (ascending x in pixels); `show` draws and tells one of them.
  function readout(f, output, stops, show) {
    const layer = svg(f.root, "g", {});
    let current = -1;
    const go = (index) => {
      current = Math.max(0, Math.min(stops.length - 1, index));
      layer.replaceChildren();
      output.textContent = show(layer, current);
    };
    const hint = output.textContent;
    f.root.addEventListener("pointermove", (event) => {
      const box = f.root.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * f.width;
      let low = 0, high = stops.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (stops[middle] < x) low = middle + 1; else high = middle;
      }
      go(low > 0 && x - stops[low - 1] < stops[low] - x ? low - 1 : low);
    });
    f.root.addEventListener("pointerleave", () => { layer.replaceChildren(); output.textContent = hint; });
    f.root.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { go(current + step); event.preventDefault(); }
    });
  }

  function figure(host, title) {
    const box = tag(host, "figure");
    const caption = tag(box, "figcaption");
    tag(caption, "b", title);
    const body = tag(box, "div");
    const output = tag(box, "output", "", "readout muted");
    return { box, caption, body, output };
  }

  // Draws now and whenever the width changes.
  function keepDrawn(body, draw) {
    let drawn = 0;
    const redraw = () => {
      const width = Math.floor(body.clientWidth);
      if (!width || width === drawn) return;
      drawn = width;
      draw();
    };
    redraw();
    // Drawing changes sizes, which an observer must not do while it is being told of one.
    new ResizeObserver(() => requestAnimationFrame(redraw)).observe(body);
  }

  // In the terms of the drawing functions.
  function read(plot) {
    const marks = Object.entries(plot.marks).map(([name, mark]) => ({ name, ...mark }));
    return { ...plot, marks, unit: plot.unit || "ns" };
  }

  function decode(plot) {
    const bytes = Uint8Array.from(atob(plot.times), (c) => c.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const step = (plot.max - plot.min) / 65535;
    return Float64Array.from({ length: bytes.length / 2 }, (_, i) => plot.min + view.getUint16(2 * i, true) * step);
  }

  function iterationsOf(plot, batch) {
    const { first, step, each } = plot.iterations;
    return each ? each[batch] : first + step * batch;
  }

  function domain(plot) {
    const bounds = [plot.min, plot.max, ...plot.marks.flatMap((mark) => mark.ci || [mark.value])];
    const low = Math.min(...bounds), high = Math.max(...bounds);
    const pad = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1;
    return [low - pad < 0 && low >= 0 ? 0 : low - pad, high + pad];
  }

  function markKeys(caption, plot) {
    const keys = tag(caption, "span", undefined, "keys");
    for (const mark of plot.marks) {
      const key = tag(keys, "span");
      tag(key, "i", "", mark.name);
      key.append(mark.name);
      if (mark.ci) {
        tag(key, "i", "", `band ${mark.name}`).style.marginLeft = "0.9rem";
        key.append("its interval");
      }
    }
  }

  function runOrder(f, output, plot, times) {
    const [low, high] = domain(plot);
    const y = linear(low, high, f.bottom, f.top);
    const x = linear(0.5, times.length + 0.5, f.left, f.right);
    const [factor, symbol] = scaleFor(plot.max, plot.unit);
    const ticks = y.ticks(5);
    yAxis(f, y, ticks, tickTexts(ticks, factor), `time per iteration (${symbol})`);
    const batches = x.ticks(Math.min(8, times.length)).filter((t) => Number.isInteger(t) && t >= 1);
    xAxis(f, batches.map(x), batches.map(String), "batch, in the order it was measured");
    for (const mark of plot.marks) {
      if (mark.ci) svg(f.root, "rect", { class: `band ${mark.name}`, x: f.left, width: f.right - f.left, y: y(mark.ci[1]), height: Math.max(1, y(mark.ci[0]) - y(mark.ci[1])) });
      svg(f.root, "path", { class: `mark ${mark.name}`, d: `M${f.left} ${y(mark.value)}H${f.right}` });
    }
    let path = "";
    times.forEach((time, i) => { path += `M${x(i + 1).toFixed(1)} ${y(time).toFixed(1)}h0`; });
    svg(f.root, "path", { class: "dots", d: path, "stroke-width": times.length > 400 ? 2.5 : 4.5 });
    readout(f, output, Array.from(times, (_, i) => x(i + 1)), (layer, i) => {
      svg(layer, "path", { class: "cross", d: `M${x(i + 1)} ${f.top}V${f.bottom}` });
      svg(layer, "circle", { class: "cross-dot", cx: x(i + 1), cy: y(times[i]), r: 4.5 });
      return `batch ${i + 1}: ${format(times[i], plot.unit, plot.max - plot.min)} per iteration, ${iterationsOf(plot, i)} iterations`;
    });
  }

  function distribution(f, output, plot, times) {
    const sorted = Float64Array.from(times).sort();
    const n = sorted.length;
    const [low, high] = domain(plot);
    const x = linear(low, high, f.left, f.right);
    const [factor, symbol] = scaleFor(plot.max, plot.unit);
    // Bins by Rice's rule over the range of the values.
    const bins = Math.max(1, Math.min(60, Math.ceil(2 * Math.cbrt(n))));
    const width = (plot.max - plot.min) / bins || 1;
    const counts = new Array(bins).fill(0);
    for (const time of sorted) counts[Math.min(bins - 1, Math.floor((time - plot.min) / width))]++;
    const most = Math.max(...counts);
    const y = linear(0, most * 1.05, f.bottom, f.top);
    const share = linear(0, 1.05, f.bottom, f.top);
    const countTicks = y.ticks(Math.min(5, most)).filter(Number.isInteger);
    yAxis(f, y, countTicks, countTicks.map(String), "batches");
    const ticks = x.ticks(Math.max(4, Math.floor(f.width / 75)));
    xAxis(f, ticks.map(x), tickTexts(ticks, factor), `time per iteration (${symbol})`);
    for (const mark of plot.marks) {
      if (mark.ci) svg(f.root, "rect", { class: `band ${mark.name}`, x: x(mark.ci[0]), width: Math.max(1, x(mark.ci[1]) - x(mark.ci[0])), y: f.top, height: f.bottom - f.top });
    }
    counts.forEach((count, i) => {
      if (!count) return;
      const from = x(plot.min + i * width), to = plot.max > plot.min ? x(plot.min + (i + 1) * width) : from + 4;
      svg(f.root, "rect", { class: "bars", x: from + 0.5, width: Math.max(1, to - from - 1), y: y(count), height: f.bottom - y(count) });
    });
    let path = `M${f.left} ${share(0)}`;
    sorted.forEach((time, i) => { path += `H${x(time).toFixed(1)}V${share((i + 1) / n).toFixed(1)}`; });
    svg(f.root, "path", { class: "ecdf", d: path + `H${f.right}` });
    for (const mark of plot.marks) svg(f.root, "path", { class: `mark ${mark.name}`, d: `M${x(mark.value)} ${f.top}V${f.bottom}` });
    for (const [at, text] of [[0, "0 %"], [0.5, "50 %"], [1, "100 %"]]) svg(f.root, "text", { x: f.right + 5, y: share(at) + 4 }, text);
    readout(f, output, Array.from(sorted, x), (layer, i) => {
      let last = i;
      while (last + 1 < n && sorted[last + 1] === sorted[i]) last++;
      svg(layer, "path", { class: "cross", d: `M${x(sorted[i])} ${f.top}V${f.bottom}` });
      svg(layer, "circle", { class: "cross-dot", cx: x(sorted[i]), cy: share((last + 1) / n), r: 4.5 });
      return `${last + 1} of ${n} batches took at most ${format(sorted[i], plot.unit, plot.max - plot.min)} per iteration`;
    });
  }

  function rawTable(host, plot, times) {
    const ROWS = 1000;
    const fold = tag(host, "details", undefined, "raw");
    tag(fold, "summary", "Raw batches as a table");
    fold.addEventListener("toggle", () => {
      const box = tag(fold, "div");
      box.tabIndex = 0;
      const table = tag(box, "table", undefined, "plain");
      const shown = Math.min(ROWS, times.length);
      const note = times.length > ROWS ? ` The first ${ROWS} of ${times.length}.` : "";
      tag(table, "caption", `To one part in 65,535 of their range; exact times are in the artifact.${note}`);
      const head = tag(tag(table, "thead"), "tr");
      for (const text of ["Batch", "Iterations", "Time per iteration"]) tag(head, "th", text, "num").scope = "col";
      const body = tag(table, "tbody");
      for (let i = 0; i < shown; i++) {
        const row = tag(body, "tr");
        for (const text of [i + 1, iterationsOf(plot, i), format(times[i], plot.unit, plot.max - plot.min)]) tag(row, "td", text, "num");
      }
    }, { once: true });
  }

  // The two plots of one workload and its raw batches.
  function plots(host, source, name) {
    const plot = read(source);
    const times = decode(plot);
    const kinds = [
      ["Run order", runOrder, "point along the batches with the pointer or the arrow keys"],
      ["Distribution", distribution, "bars: batches; line: share of batches at or below"],
    ];
    for (const [title, draw, hint] of kinds) {
      const parts = figure(host, title);
      markKeys(parts.caption, plot);
      keepDrawn(parts.body, () => {
        parts.body.replaceChildren();
        parts.output.textContent = hint;
        const label = `${title} of ${times.length} batches of ${name}, from ${format(plot.min, plot.unit)} to ${format(plot.max, plot.unit)} per iteration. The figures are in the table of metrics.`;
        draw(frame(parts.body, 230, label, draw === distribution ? 46 : MARGIN.right), parts.output, plot, times);
      });
    }
    rawTable(host, plot, times);
  }

  function toggle(caption, text, pressed, change) {
    const button = tag(caption, "button", text);
    button.type = "button";
    button.setAttribute("aria-pressed", pressed);
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", change());
    });
    return button;
  }

  const isWide = (values) => values.length > 1 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) >= WIDE;
  const canLog = (values) => values.length > 1 && Math.min(...values) > 0;

  function lines(f, output, chart, state) {
    const { key, logX, logY } = state;
    const unit = key === "time" ? chart.time_unit : chart.rate_unit;
    const points = chart.series.flatMap((series, s) => series.points.filter((p) => p[key]).map((p) => ({ ...p, s, figure: p[key] })));
    if (!points.length) { svg(f.root, "text", { x: f.left, y: 40 }, "nothing was measured"); return; }
    const at = (point) => (chart.numbers ? chart.numbers[point.x] : point.x);
    const ends = points.flatMap((p) => p.figure.ci || [p.figure.value]);
    const top = Math.max(...ends), lowest = Math.min(...ends);
    const usesLogY = logY && lowest > 0;
    const y = usesLogY ? logarithmic(lowest / 1.25, top * 1.25, f.bottom, f.top) : linear(Math.min(0, lowest), top * 1.06 || 1, f.bottom, f.top);
    const xs = points.map(at);
    const least = Math.min(...xs), largest = Math.max(...xs);
    const inset = [f.left + 14, f.right - 14];
    const spread = largest > least;
    const x = !spread ? () => (f.left + f.right) / 2 : logX && least > 0 ? logarithmic(least, largest, ...inset) : linear(least, largest, ...inset);
    const [factor, symbol] = scaleFor(top, unit);
    const decades = y.ticks(5);
    const ticks = decades.length > 2 ? decades : linear(lowest, top, 0, 1).ticks(5).filter((t) => !usesLogY || t > 0);
    yAxis(f, y, ticks, usesLogY ? ticks.map((t) => String(Number((t / factor).toPrecision(6)))) : tickTexts(ticks, factor), `${key === "time" ? "median time" : "throughput"} (${symbol})`);
    const shown = [...new Set(points.map((p) => p.x))].sort((a, b) => a - b);
    xAxis(f, shown.map((i) => x(at({ x: i }))), shown.map((i) => (chart.labels[i].length > 14 ? chart.labels[i].slice(0, 13) + "\u2026" : chart.labels[i])), "parameter" + (chart.numbers && logX ? " (logarithmic)" : ""));
    const look = (s) => `c${s % COLOURS} dash${Math.floor(s / COLOURS) % 3}`;
    chart.series.forEach((_, s) => {
      const own = points.filter((p) => p.s === s);
      // The line is broken where a value in between was not measured.
      if (chart.numbers && own.length > 1) {
        svg(f.root, "path", { class: `series ${look(s)}`, d: own.map((p, i) => `${i && p.x === own[i - 1].x + 1 ? "L" : "M"}${x(at(p)).toFixed(1)} ${y(p.figure.value).toFixed(1)}`).join("") });
      }
      for (const p of own) {
        const px = x(at(p)).toFixed(1);
        if (p.figure.ci) {
          const [a, b] = p.figure.ci.map((v) => y(v).toFixed(1));
          svg(f.root, "path", { class: `series c${s % COLOURS}`, d: `M${px} ${a}V${b}M${px - 4} ${a}h8M${px - 4} ${b}h8` });
        }
        svg(f.root, "circle", { class: `point c${s % COLOURS}`, cx: px, cy: y(p.figure.value).toFixed(1), r: 3.6 });
      }
    });
    const stops = [...points].sort((a, b) => x(at(a)) - x(at(b)) || a.s - b.s);
    const byX = shown.map((i) => stops.filter((p) => p.x === i));
    readout(f, output, shown.map((i) => x(at({ x: i }))), (layer, i) => {
      const px = x(at({ x: shown[i] }));
      svg(layer, "path", { class: "cross", d: `M${px} ${f.top}V${f.bottom}` });
      const many = chart.series.length > 1;
      return `${chart.labels[shown[i]]}: ` + byX[i].map((p) => (many ? `${chart.series[p.s].name} ` : "") + p.figure.text).join("; ");
    });
  }

  // A sweep or a slice of a matrix.
  function chart(host, data) {
    const parts = figure(host, data.title.length > 80 ? data.title.slice(0, 79) + "\u2026" : data.title);
    const of = (key) => data.series.flatMap((s) => s.points.filter((p) => p[key]).map((p) => p[key].value));
    const state = {
      key: "time",
      logX: Boolean(data.numbers) && isWide(data.numbers),
      logY: isWide(of("time")),
    };
    let logYButton;
    const draw = () => {
      parts.body.replaceChildren();
      parts.output.textContent = "bars: intervals; point along the values with the pointer or the arrow keys";
      const label = `${state.key === "time" ? "Median time" : "Throughput"} of ${data.title} over ${data.labels.length} values. The same figures are in the table.`;
      lines(frame(parts.body, 270, label), parts.output, data, state);
    };
    if (data.rate_unit && of("rate").length) toggle(parts.caption, "throughput", false, () => {
      state.key = state.key === "time" ? "rate" : "time";
      state.logY = isWide(of(state.key));
      if (logYButton) logYButton.setAttribute("aria-pressed", state.logY);
      draw();
      return state.key === "rate";
    });
    if (data.numbers && canLog(data.numbers)) toggle(parts.caption, "log x", state.logX, () => { state.logX = !state.logX; draw(); return state.logX; });
    if (canLog(of("time"))) logYButton = toggle(parts.caption, "log y", state.logY, () => { state.logY = !state.logY; draw(); return state.logY; });
    if (data.series.length > 1) {
      const keys = tag(parts.caption, "span", undefined, "keys");
      data.series.forEach((series, s) => {
        const key = tag(keys, "span");
        tag(key, "i", "", `c${s % COLOURS} dash${Math.floor(s / COLOURS) % 3}`);
        tag(key, "bdi", series.name);
      });
    }
    keepDrawn(parts.body, draw);
  }

  return { plots, chart, kit: { tag, svg, linear, frame, xAxis, yAxis, tickTexts, scaleFor, format, readout, figure, keepDrawn } };
})();
