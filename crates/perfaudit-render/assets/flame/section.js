// A section with flame graphs: one profile at a time, drawn when it comes near the screen.
const flameSection = (() => {
  const { tag, svg, linear, frame, xAxis, yAxis, tickTexts, scaleFor, readout, figure, keepDrawn } = charts.kit;

  function legend(host, page, place) {
    const names = { own: "own", dependency: "dependencies", std: "standard library", system: "system libraries", kernel: "kernel", unknown: "unknown" };
    const list = tag(host, "p", undefined, "legend muted");
    const kinds = new Set(page.origins.map(([kind]) => kind));
    for (const [kind, name] of Object.entries(names)) {
      if (!kinds.has(kind)) continue;
      const item = tag(list, "span", undefined, "of-origin");
      tag(item, "i", "", `swatch o-${kind}`);
      item.append(name);
    }
    tag(tag(list, "span", undefined, "of-origin"), "em", "italic and pale: inlined");
    if (!page.differences || !page.differences[place]) return;
    for (const [ink, name] of [["more", "\u25b2 slower"], ["less", "\u25bc faster"], ["same", "no change that is more than chance"]]) {
      const item = tag(list, "span", undefined, "of-change");
      tag(item, "i", "", `swatch changed f-${ink}`);
      item.append(name);
    }
  }

  // One line over time.
  function line(host, title, values, step, unit) {
    const parts = figure(host, title);
    keepDrawn(parts.body, () => {
      parts.body.replaceChildren();
      parts.output.textContent = "point along the time with the pointer or the arrow keys";
      const f = frame(parts.body, 150, `${title}, ${values.length} points`);
      const top = Math.max(...values) * 1.08 || 1;
      const [factor, symbol] = unit === "CPUs" ? [1, "CPUs"] : scaleFor(top, unit);
      const y = linear(0, top, f.bottom, f.top), x = linear(0, step * values.length, f.left, f.right);
      const ticks = y.ticks(4), times = x.ticks(8);
      yAxis(f, y, ticks, tickTexts(ticks, factor), symbol);
      xAxis(f, times.map(x), tickTexts(times, 1), "time (s)");
      const points = values.map((value, i) => `${x((i + 0.5) * step).toFixed(1)} ${y(value).toFixed(1)}`);
      svg(f.root, "path", { class: "bars", d: `M${f.left} ${f.bottom}L${points.join("L")}L${x(step * (values.length - 0.5)).toFixed(1)} ${f.bottom}Z` });
      svg(f.root, "path", { class: "series c0", d: "M" + points.join("L") });
      readout(f, parts.output, values.map((_, i) => x((i + 0.5) * step)), (layer, i) => {
        svg(layer, "circle", { class: "cross-dot", cx: x((i + 0.5) * step), cy: y(values[i]), r: 4.5 });
        return `after ${((i + 0.5) * step).toPrecision(3)} s: ${(values[i] / factor).toPrecision(3)} ${symbol}`;
      });
    });
  }

  function start(page, id) {
    const section = document.getElementById(id);
    const panels = [...section.querySelectorAll("article.profile")];
    const graphs = new Map();
    const waiting = new Set(panels);
    function drawPanel(panel) {
      if (panel.hidden || !waiting.delete(panel)) return;
      const host = panel.querySelector(".flame"), usage = panel.querySelector(".usage");
      const place = host && host.dataset.flame;
      if (host && page.profiles[place]) {
        graphs.set(panel, flameGraph.make(host, page, place, page.profiles[place].name));
        legend(host, page, place);
      }
      const used = usage && page.usage[usage.dataset.usage];
      if (used) {
        usage.classList.add("plots");
        if (used.cpu.length > 1) line(usage, "CPUs in use", used.cpu, used.step_s, "CPUs");
        if (used.rss.length > 1) line(usage, "Resident memory", used.rss, used.step_s, "B");
      }
    }
    // Without waiting for a frame, so that what is on the screen is there at once.
    const drawNear = (panel) => { if (panel.getBoundingClientRect().top < innerHeight + 600) drawPanel(panel); };
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) drawPanel(entry.target);
    }, { rootMargin: "600px" });
    const selector = document.getElementById(`${id}-workload`);
    function select(id) {
      for (const panel of panels) panel.hidden = panel.id !== id;
      selector.value = id;
      panels.forEach(drawNear);
    }
    if (selector) {
      selector.addEventListener("change", () => select(selector.value));
      select(panels[0].id);
    }
    panels.forEach(drawNear);
    panels.forEach((panel) => near.observe(panel));

    for (const body of section.querySelectorAll(".hotspots > tbody")) {
      const opener = body.querySelector(".open"), row = body.querySelector(".detail");
      if (!opener) continue;
      opener.setAttribute("aria-expanded", false);
      opener.addEventListener("click", () => {
        const open = opener.getAttribute("aria-expanded") !== "true";
        opener.setAttribute("aria-expanded", open);
        row.classList.toggle("shown", open);
        row.querySelector("details").open = open;
      });
    }
    for (const button of section.querySelectorAll(".in-graph")) {
      button.addEventListener("click", () => {
        const panel = button.closest("article"), graph = graphs.get(panel);
        if (graph && graph.find(button.dataset.symbol)) graph.canvas.scrollIntoView({ block: "center" });
      });
    }

    const redraw = () => graphs.forEach((graph) => graph.redraw());
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    let drawn = 0;
    new ResizeObserver(() => requestAnimationFrame(() => {
      const width = document.documentElement.clientWidth;
      if (width !== drawn) graphs.forEach((graph, panel) => { if (!panel.hidden) graph.resize(); });
      drawn = width;
    })).observe(document.documentElement);
    // Paper is light.
    addEventListener("beforeprint", () => {
      panels.forEach(drawPanel);
      document.documentElement.classList.add("on-paper");
      redraw();
    });
    addEventListener("afterprint", () => {
      document.documentElement.classList.remove("on-paper");
      redraw();
    });

    return { graphs, select: (id) => { if (selector && panels.some((panel) => panel.id === id)) select(id); } };
  }

  return { start };
})();
