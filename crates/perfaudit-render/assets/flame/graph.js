// One flame graph: what is shown of it, and what keys, wheel and pointer do.
const flameGraph = (() => {
  const { tag, format } = charts.kit;
  const { ROW } = flamePaint;
  const VIEWS = [
    ["top", "Top-down", "who calls what, from the outermost function"],
    ["bottom", "Bottom-up", "the functions by self time, each with its callers"],
    ["sandwich", "Sandwich", "the callers above and the callees below one function"],
    ["crates", "By crate", "top-down, the functions of a crate as one"],
  ];
  const DIFFERENCE = ["difference", "Difference", "top-down, coloured by what changed against the profile before"];
  const MOST_ROWS = 34, LEAST_ROWS = 9;
  const HINT = "Point at a frame, or focus the graph and use the arrow keys. Enter or a click zooms, Escape resets, / searches.";
  const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  const percent = (part, whole) => {
    const share = (part / (whole || 1)) * 100;
    return (share > 0 && share < 0.05 ? "< 0.1" : share.toFixed(share < 9.95 ? 1 : 0)) + " %";
  };

  // Colour and words for what changed; widths are those of the profile after.
  function changesOf(page, place, describe) {
    const difference = page.differences && page.differences[place];
    if (!difference) return null;
    const known = new Map();
    for (const [list, ink, sign] of [["slower", "more", "\u25b2 "], ["faster", "less", "\u25bc "]]) {
      for (const [name, file, size, text] of difference[list]) known.set(`${name}\n${file}`, { ink, sign, size, text });
    }
    const of = (key) => { const about = describe(key); return known.get(`${about.name}\n${about.file}`); };
    return {
      of,
      colour: (key, colours) => { const change = of(key); return change ? flamePaint.mix(colours.same, colours[change.ink], 0.45 + 0.55 * change.size) : colours.same; },
    };
  }

  function make(host, page, place, label) {
    const profile = profiles.decode(page, place);
    const describe = profiles.describer(page);
    const difference = changesOf(page, place, describe);
    const options = { lane: profile.measures.length ? 0 : null, inlined: true, runtime: false, crates: false };
    const state = { view: "top", key: null, upright: false, middle: null, hover: null, current: null, matches: null, whole: "" };
    const shown = { from: 0, to: 1, lift: 0 };
    let tree, graph, found = [], rows = { first: 0, last: 0 }, colours, context, width = 0, height = 0, moving = 0;

    const parts = flameControls(host, { VIEWS: difference ? [...VIEWS, DIFFERENCE] : VIEWS, threads: profile.threads, measures: profile.measures, table: profile.measures.length ? "The table of lines" : "The table of hotspots", label, hint: HINT, tag });
    const { canvas, readout, tooltip, stage } = parts;

    const whole = () => tree.root.total;
    const unit = () => (profile.measures.length ? profile.measures[options.lane].unit : "samples");
    const amount = (n) => (unit() === "B" ? format(n, "B") : `${n} ${unit()}`);
    const functionName = (frame) => (frame.key === null ? state.whole : describe(frame.key).name);
    const isFlipped = () => state.upright && state.view !== "sandwich";
    const top = (row) => (isFlipped() ? height - (row - rows.first + 1) * ROW + shown.lift : (row - rows.first) * ROW - shown.lift);

    function placeOf(frame) {
      if (frame.key === null) return "";
      const about = describe(frame.key);
      const line = frame.line || about.line;
      return about.file ? about.file + (line ? `:${line}` : "") : "";
    }

    // The lines of a tooltip; the readout has them in one.
    function tell(frame) {
      if (frame.key === null) return [state.whole];
      const about = describe(frame.key);
      const counts = state.view === "bottom" || (state.view === "sandwich" && frame.row < 0)
        ? `${amount(frame.total)} on this way (${percent(frame.total, whole())})`
        : `self ${amount(frame.own)} (${percent(frame.own, whole())}), total ${amount(frame.total)} (${percent(frame.total, whole())})`;
      const kind = profiles.KINDS[about.kind] + (about.origin && about.origin !== about.name ? `: ${about.origin}` : "");
      const change = difference && (difference.of(frame.key) || {}).text;
      return [about.name, counts, placeOf(frame), kind + (frame.inlined && about.kind !== "other" ? ", inlined" : ""), change].filter(Boolean);
    }

    function rebuild() {
      options.crates = state.view === "crates";
      host.dataset.view = state.view;
      tree = profiles.topDown(page, profile, describe, options);
      const measure = profile.measures[options.lane];
      const thread = options.lane === null || measure ? "" : ` of ${profile.threads[options.lane]}`;
      state.whole = amount(tree.root.total) + thread + (measure ? `: ${measure.about}` : "");
      if (state.view === "sandwich") {
        const hottest = () => [...profiles.bottomUp(tree).expand()].sort((a, b) => b.total - a.total)[0];
        if (!tree.all.some((frame) => frame.key === state.key)) state.key = (hottest() || { key: null }).key;
        const both = profiles.sandwich(tree, state.key);
        graph = { down: both.callees, up: both.callers };
      } else {
        graph = { down: state.view === "bottom" ? profiles.bottomUp(tree) : tree.root, up: null };
      }
      state.middle = graph.up ? graph.down : null;
      state.hover = state.current = null;
      Object.assign(shown, { from: 0, to: 1, lift: 0 });
      resize();
      search();
      say(null);
    }

    // The height is that of the whole graph, as far as it fits; what is deeper is reached by dragging or by keys.
    function resize() {
      width = Math.max(200, Math.floor(stage.clientWidth));
      rows = flameLayout.rows(flameLayout.boxes(graph, { from: 0, to: 1 }, width));
      height = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, rows.last - rows.first + 1)) * ROW;
      if (rows.first < 0) shown.lift = Math.max(0, Math.min((-rows.first - 8) * ROW, (rows.last - rows.first + 1) * ROW - height));
      context = flamePaint.size(canvas, width, height);
      colours = flamePaint.palette(stage);
      draw();
    }

    function draw() {
      found = flameLayout.boxes(graph, shown, width);
      const { first, last } = flameLayout.rows(found);
      rows = { first: Math.min(first, rows.first), last };
      const below = Math.max(0, (rows.last - rows.first + 1) * ROW - height);
      shown.lift = Math.max(0, Math.min(shown.lift, below));
      const fill = state.view === "difference" && ((key) => ({ colour: difference.colour(key, colours), sign: (difference.of(key) || { sign: "" }).sign }));
      flamePaint.paint(context, found, { width, height, window: shown, top }, state, colours, describe, fill);
    }

    function recolour() {
      colours = flamePaint.palette(stage);
      draw();
    }

    function zoom(from, to) {
      const span = Math.min(1, to - from);
      const start = Math.max(0, Math.min(from, 1 - span));
      const target = { from: start, to: start + span };
      cancelAnimationFrame(moving);
      if (isCalm()) { Object.assign(shown, target); draw(); return; }
      const begin = { from: shown.from, to: shown.to };
      let since = null;
      const step = (now) => {
        since ??= now;
        const part = Math.min(1, (now - since) / 180);
        const eased = 1 - (1 - part) ** 3;
        shown.from = begin.from + (target.from - begin.from) * eased;
        shown.to = begin.to + (target.to - begin.to) * eased;
        draw();
        if (part < 1) moving = requestAnimationFrame(step);
      };
      moving = requestAnimationFrame(step);
    }

    const zoomTo = (frame) => zoom(frame.x, frame.x + frame.w);

    function zoomAt(x, factor) {
      const at = shown.from + (x / width) * (shown.to - shown.from);
      const span = Math.max(1e-6, Math.min(1, (shown.to - shown.from) * factor));
      const from = Math.max(0, Math.min(at - (x / width) * span, 1 - span));
      cancelAnimationFrame(moving);
      Object.assign(shown, { from, to: from + span });
      draw();
    }

    function reset() {
      state.current = null;
      shown.lift = 0;
      zoom(0, 1);
      say(null);
    }

    function say(frame) {
      readout.textContent = frame ? tell(frame).join(" \u00b7 ") : HINT;
      const chosen = state.current && state.current.key !== null ? state.current : null;
      parts.enable(chosen && state.view !== "crates" && describe(chosen.key).kind !== "other", chosen && placeOf(chosen));
    }

    function choose(frame) {
      state.current = frame;
      const y = top(frame.row);
      if (y < 0) shown.lift += isFlipped() ? -y : y;
      if (y + ROW > height) shown.lift += isFlipped() ? height - y - ROW : y + ROW - height;
      say(frame);
      draw();
    }

    function frameAt(event) {
      const box = canvas.getBoundingClientRect();
      const x = event.clientX - box.left, y = event.clientY - box.top;
      const at = shown.from + (x / box.width) * (shown.to - shown.from);
      const hit = (frame) => y >= top(frame.row) && y < top(frame.row) + ROW && at >= frame.x && at < frame.x + frame.w;
      return { x, y, frame: found.find(hit) || null };
    }

    function point(event) {
      const { x, y, frame } = frameAt(event);
      if (frame !== state.hover) {
        state.hover = frame;
        tooltip.replaceChildren();
        if (frame) {
          const [name, ...rest] = tell(frame);
          tag(tooltip, "b", name);
          for (const line of rest) tag(tooltip, "span", line);
        }
        say(frame || state.current);
        draw();
      }
      tooltip.hidden = !frame;
      if (!frame) return;
      const left = x + 14 + tooltip.offsetWidth > width ? x - tooltip.offsetWidth - 10 : x + 14;
      tooltip.style.left = `${Math.max(0, left)}px`;
      tooltip.style.top = `${y + 18}px`;
    }

    function search() {
      const text = parts.search.value;
      state.matches = null;
      let told = "";
      if (text) {
        try {
          const pattern = new RegExp(text, "i");
          const known = new Map();
          state.matches = (key) => {
            if (!known.has(key)) { const about = describe(key); known.set(key, pattern.test(about.name) || pattern.test(about.file)); }
            return known.get(key);
          };
          const samples = profiles.matching(tree.root, state.matches);
          const names = new Set(tree.all.filter((frame) => state.matches(frame.key)).map((frame) => frame.key)).size;
          told = names ? `${names} match, ${percent(samples, whole())} of ${unit() === "B" ? "bytes" : unit()}` : "no match";
        } catch { told = "not a regular expression"; }
      }
      parts.matched.textContent = told;
      draw();
    }

    function show(view) {
      state.view = view;
      parts.press(view);
      rebuild();
    }

    // The sandwich of a function by its name, as the table of hotspots has it.
    function find(name) {
      const frame = tree.all.find((other) => describe(other.key).name === name)
        || profiles.topDown(page, profile, describe, { lane: options.lane, inlined: true, runtime: true, crates: false }).all.find((other) => describe(other.key).name === name);
      if (!frame) return false;
      Object.assign(options, { lane: profile.measures.length ? options.lane : null, inlined: true, runtime: options.runtime || !tree.all.some((other) => other.key === frame.key) });
      parts.set(options);
      state.key = frame.key;
      show("sandwich");
      return true;
    }

    flameInput(parts, {
      options, state, shown, rebuild, draw, recolour, resize, reset, zoomTo, zoomAt, choose, say, frameAt, point, search, show, placeOf,
      found: () => found, graph: () => graph, width: () => width, isFlipped,
    });
    rebuild();
    return { show, find, reset, redraw: recolour, resize, state, shown, canvas, tell, frames: () => found };
  }

  return { make };
})();
