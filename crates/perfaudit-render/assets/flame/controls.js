// The buttons around a flame graph, and the events on it.
const flameControls = (host, { VIEWS, threads, measures, table, label, hint, tag }) => {
  const bar = tag(host, "div", undefined, "flame-bar");
  const group = (label) => {
    const made = tag(bar, "span", undefined, "segments");
    made.setAttribute("role", "group");
    made.setAttribute("aria-label", label);
    return made;
  };
  const button = (parent, text, title) => {
    const made = tag(parent, "button", text);
    made.type = "button";
    if (title) made.title = title;
    return made;
  };
  const measuring = measures.length ? group("Measure") : null;
  const lanes = measures.map(({ name, about }) => button(measuring, name, about));
  const viewing = group("View");
  const views = new Map(VIEWS.map(([view, text, title]) => [view, button(viewing, text, title)]));
  const check = (text, title, checked) => {
    const box = tag(bar, "label");
    const input = tag(box, "input");
    input.type = "checkbox";
    input.checked = checked;
    box.append(text);
    box.title = title;
    return input;
  };
  let thread = null;
  if (threads.length > 1) {
    const box = tag(bar, "label", "Thread ");
    thread = tag(box, "select");
    tag(thread, "option", "all").value = "";
    threads.forEach((name, i) => { tag(thread, "option", name).value = i; });
  }
  const inlined = check("inlined frames", "functions that were inlined into their callers, as frames of their own", true);
  const runtime = check("runtime frames", "frames that start programs, threads and tasks, or pass a closure on", false);
  const upright = check("root below", "grow upwards, as flames do", false);
  const searching = tag(bar, "span", undefined, "flame-search");
  const search = tag(searching, "input");
  Object.assign(search, { type: "search", placeholder: "search by regex", spellcheck: false, autocomplete: "off" });
  search.setAttribute("aria-label", "Search functions and files by a regular expression");
  const matched = tag(searching, "output", "", "muted");
  const reset = button(searching, "Reset", "the whole graph again");

  const stage = tag(host, "div", undefined, "flame-stage");
  const canvas = tag(stage, "canvas");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "flame graph");
  canvas.setAttribute("aria-label", `Flame graph of ${label}. ${table} says the same. ${hint}`);
  const tooltip = tag(stage, "div", undefined, "flame-tip");
  tooltip.hidden = true;
  const below = tag(host, "div", undefined, "flame-below");
  const readout = tag(below, "output", hint, "muted");
  readout.setAttribute("aria-live", "polite");
  const actions = tag(below, "span", undefined, "flame-actions");
  const around = button(actions, "Callers and callees", "the sandwich of the chosen function");
  const copy = button(actions, "Copy place", "file and line of the chosen frame");
  around.disabled = copy.disabled = true;

  return {
    bar, views, lanes, thread, inlined, runtime, upright, search, matched, reset, stage, canvas, tooltip, readout, around, copy,
    press(view) {
      views.forEach((made, name) => made.setAttribute("aria-pressed", name === view));
      upright.disabled = view === "sandwich";
    },
    set(options) {
      if (thread) thread.value = options.lane === null ? "" : options.lane;
      lanes.forEach((made, i) => made.setAttribute("aria-pressed", i === options.lane));
      inlined.checked = options.inlined;
      runtime.checked = options.runtime;
    },
    enable(hasFunction, place) {
      around.disabled = !hasFunction;
      copy.disabled = !place;
      copy.dataset.place = place || "";
    },
  };
};

const flameInput = (parts, graph) => {
  const { canvas, tooltip, search } = parts;
  const { options, state, shown } = graph;
  parts.press(state.view);
  parts.views.forEach((button, view) => button.addEventListener("click", () => graph.show(view)));
  parts.inlined.addEventListener("change", () => { options.inlined = parts.inlined.checked; graph.rebuild(); });
  parts.runtime.addEventListener("change", () => { options.runtime = parts.runtime.checked; graph.rebuild(); });
  parts.upright.addEventListener("change", () => { state.upright = parts.upright.checked; graph.draw(); });
  if (parts.thread) parts.thread.addEventListener("change", () => { options.lane = parts.thread.value === "" ? null : Number(parts.thread.value); graph.rebuild(); });
  parts.set(options);
  parts.lanes.forEach((button, lane) => button.addEventListener("click", () => { options.lane = lane; parts.set(options); graph.rebuild(); }));
  parts.reset.addEventListener("click", () => { search.value = ""; graph.search(); graph.reset(); });
  parts.around.addEventListener("click", () => { state.key = state.current.key; graph.show("sandwich"); canvas.focus(); });
  parts.copy.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText(parts.copy.dataset.place); parts.copy.textContent = "Copied"; } catch { parts.readout.textContent = parts.copy.dataset.place; }
    setTimeout(() => { parts.copy.textContent = "Copy place"; }, 1500);
  });
  search.addEventListener("input", graph.search);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { search.value = ""; graph.search(); canvas.focus(); event.stopPropagation(); event.preventDefault(); }
  });

  // A press that does not move is a click.
  let grip = null;
  canvas.addEventListener("pointerdown", (event) => {
    grip = { x: event.clientX, y: event.clientY, from: shown.from, lift: shown.lift, moved: false, span: shown.to - shown.from };
    // A press that a script makes has no pointer to hold on to.
    if (event.isTrusted) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!grip) { graph.point(event); return; }
    const dx = event.clientX - grip.x, dy = event.clientY - grip.y;
    if (!grip.moved && Math.hypot(dx, dy) < 4) return;
    grip.moved = tooltip.hidden = true;
    shown.from = Math.max(0, Math.min(1 - grip.span, grip.from - (dx / graph.width()) * grip.span));
    shown.to = shown.from + grip.span;
    shown.lift = grip.lift + (graph.isFlipped() ? dy : -dy);
    graph.draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const clicked = grip && !grip.moved;
    grip = null;
    if (!clicked) return;
    const { frame } = graph.frameAt(event);
    if (!frame) return;
    graph.choose(frame);
    graph.zoomTo(frame);
  });
  canvas.addEventListener("pointercancel", () => { grip = null; });
  canvas.addEventListener("pointerleave", () => { tooltip.hidden = true; state.hover = null; graph.say(state.current); graph.draw(); });
  // The wheel belongs to the page until the graph has been chosen by a click, a key, or Ctrl.
  canvas.addEventListener("wheel", (event) => {
    if (document.activeElement !== canvas && !event.ctrlKey && !event.metaKey) return;
    if (event.deltaY > 0 && shown.to - shown.from > 0.9999) return;
    event.preventDefault();
    graph.zoomAt(event.clientX - canvas.getBoundingClientRect().left, Math.exp(Math.max(-1, Math.min(1, event.deltaY / 300))));
  }, { passive: false });

  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const vertical = graph.isFlipped() ? -1 : 1;
    const step = { ArrowDown: [vertical, 0], ArrowUp: [-vertical, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key];
    if (step) {
      const at = state.current && graph.found().includes(state.current) ? state.current : null;
      graph.choose(at ? flameLayout.neighbour(graph.graph(), graph.found(), at, ...step) : graph.graph().down);
    } else if (event.key === "Enter") {
      if (state.current) graph.zoomTo(state.current);
    } else if (event.key === "Escape") {
      graph.reset();
    } else if (event.key === "/") {
      search.focus();
    } else if (event.key === "+" || event.key === "-") {
      graph.zoomAt(graph.width() / 2, event.key === "+" ? 0.7 : 1 / 0.7);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  });
};
