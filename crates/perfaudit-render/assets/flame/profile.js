// Decodes embedded profiles and makes the trees that flame graphs draw.
const profiles = (() => {
  // Frames that start programs, threads and tasks, and pass a closure on. They say nothing about the project.
  const RUNTIME = new RegExp("^(?:" + [
    "_start$", "__libc_start", "start_thread$", "clone3?$", "__clone3?$", "main$", "__rust_", "rust_begin", "__rust_begin",
    "std::rt::", "std::panic::", "std::panicking::", "std::sys::", "std::thread::", "core::ops::function::",
    "<[^>]* as core::ops::function::", "<alloc::boxed::Box<[^]*> as core::ops::function::", "<core::panic::unwind_safe::",
    "std::sys_common::", "tokio::runtime::", "tokio::task::", "rayon_core::", "rayon::iter::plumbing::", "futures_executor::",
    "async_executor::", "crossbeam_utils::thread::", "criterion::", "divan::", "test::",
  ].join("|") + ")");
  const OTHER = { name: "other", kind: "other", origin: "", file: "", line: 0 };
  const OUTSIDE = { name: "hidden runtime frames", kind: "unknown", origin: "", file: "", line: 0 };
  // The key of samples in hidden frames that nothing called.
  const HIDDEN = -1;
  const KINDS = {
    own: "own code", dependency: "dependency", std: "standard library", system: "system library", kernel: "kernel",
    unknown: "unknown", other: "too narrow to be drawn apart",
  };

  // See html/flame/data.rs for the format.
  function decode(page, place) {
    const source = page.profiles[place];
    const bytes = Uint8Array.from(atob(source.frames), (c) => c.charCodeAt(0));
    let at = 0;
    function next() {
      let value = 0, weight = 1;
      for (;;) {
        const byte = bytes[at++];
        value += (byte & 127) * weight;
        if (byte < 128) return value;
        weight *= 128;
      }
    }
    const frames = [], path = [];
    while (at < bytes.length) {
      const first = next();
      path.length -= Math.floor(first / 2);
      const frame = { outer: path.length ? path[path.length - 1] : -1, inlined: first % 2 === 1, key: next(), line: next(), own: [] };
      for (let lanes = next(); lanes > 0; lanes--) frame.own.push([next(), next()]);
      path.push(frames.length);
      frames.push(frame);
    }
    return { name: source.name, threads: source.threads || [], measures: source.measures || [], frames };
  }

  // What is known of the function, crate or stand-in behind a key.
  function describer(page) {
    const known = new Map([[HIDDEN, OUTSIDE], [page.functions.length, OTHER]]);
    return (key) => {
      if (!known.has(key)) {
        if (key < HIDDEN) {
          const [kind, origin] = page.origins[HIDDEN - 1 - key];
          known.set(key, { name: origin || KINDS[kind], kind, origin, file: "", line: 0 });
        } else {
          const [name, file, line, from] = page.functions[key];
          const [kind, origin] = page.origins[from];
          known.set(key, { name, kind, origin, file: file === null ? "" : page.files[file], line });
        }
      }
      return known.get(key);
    };
  }

  // Callers first. `kids` of a frame are made when they are asked for in the trees that are turned round.
  function frameOf(key, outer) {
    return { key, outer, own: 0, total: 0, line: 0, inlined: true, kids: [], byKey: null, expand: null, x: 0, w: 0, row: 0 };
  }

  const wider = (a, b) => b.total - a.total || a.key - b.key;

  function kidsOf(frame) {
    if (frame.expand) {
      frame.kids = frame.expand(frame).sort(wider);
      frame.expand = null;
    }
    return frame.kids;
  }

  // The calls from the outside in, after what the reader wants to see.
  function topDown(page, profile, describe, { lane, inlined, runtime, crates }) {
    const root = frameOf(null, null);
    const all = [root];
    const isRuntime = new Map();
    const hides = (key) => {
      if (runtime || key >= page.functions.length) return false;
      if (!isRuntime.has(key)) isRuntime.set(key, describe(key).kind !== "own" && RUNTIME.test(describe(key).name));
      return isRuntime.get(key);
    };
    function child(outer, key) {
      outer.byKey ||= new Map();
      if (!outer.byKey.has(key)) {
        const made = frameOf(key, outer);
        outer.byKey.set(key, made);
        outer.kids.push(made);
        all.push(made);
      }
      return outer.byKey.get(key);
    }
    const placed = profile.frames.map(() => root);
    profile.frames.forEach((source, i) => {
      const outer = source.outer < 0 ? root : placed[source.outer];
      const key = crates && source.key < page.functions.length ? HIDDEN - 1 - page.functions[source.key][3] : source.key;
      const vanishes = (!inlined && source.inlined && outer !== root) || hides(source.key) || (crates && outer.key === key);
      const frame = vanishes ? outer : child(outer, key);
      placed[i] = frame;
      let own = 0;
      for (const [of, count] of source.own) if (lane === null || of === lane) own += count;
      if (!own && vanishes) return;
      const holder = frame === root ? child(root, HIDDEN) : frame;
      holder.own += own;
      if (!vanishes) {
        if (!frame.line) frame.line = source.line;
        frame.inlined &&= source.inlined;
      }
    });
    for (let i = all.length - 1; i >= 0; i--) {
      const frame = all[i];
      frame.total += frame.own;
      frame.byKey = null;
      if (frame.outer) frame.outer.total += frame.total;
    }
    for (const frame of all) frame.kids = frame.kids.filter((kid) => kid.total > 0).sort(wider);
    root.inlined = false;
    return { root, all: all.filter((frame) => frame.total > 0 && frame !== root) };
  }

  // Frames of one key as one, with what leads to them: `items` are pairs of a frame and its samples.
  function callersOf(key, outer, items) {
    const frame = frameOf(key, outer);
    for (const [of, samples] of items) {
      frame.total += samples;
      frame.inlined &&= of.inlined;
      frame.line ||= of.line;
      if (of.outer.key === null) frame.own += samples;
    }
    frame.expand = (self) => grouped(items.filter(([of]) => of.outer.key !== null).map(([of, samples]) => [of.outer, samples]),
      (kidKey, kidItems) => callersOf(kidKey, self, kidItems));
    return frame;
  }

  function calleesOf(key, outer, items) {
    const frame = frameOf(key, outer);
    for (const of of items) {
      frame.total += of.total;
      frame.own += of.own;
      frame.inlined &&= of.inlined;
      frame.line ||= of.line;
    }
    frame.expand = (self) => grouped(items.flatMap((of) => of.kids.map((kid) => [kid, 0])),
      (kidKey, kidItems) => calleesOf(kidKey, self, kidItems.map(([of]) => of)));
    return frame;
  }

  function grouped(items, make) {
    const groups = new Map();
    for (const item of items) {
      const group = groups.get(item[0].key);
      if (group) group.push(item); else groups.set(item[0].key, [item]);
    }
    return [...groups].map(([key, group]) => make(key, group));
  }

  // The functions by self time, each with its callers.
  function bottomUp({ all, root }) {
    const top = frameOf(null, null);
    top.total = root.total;
    top.inlined = false;
    top.expand = (self) => grouped(all.filter((frame) => frame.own > 0).map((frame) => [frame, frame.own]),
      (key, items) => callersOf(key, self, items));
    return top;
  }

  // The callers above and the callees below one function; recursion counts once.
  function sandwich({ all }, key) {
    const within = new Set();
    const outermost = [];
    for (const frame of all) {
      const inside = within.has(frame.outer);
      if (inside || frame.key === key) within.add(frame);
      if (!inside && frame.key === key) outermost.push(frame);
    }
    return {
      callers: callersOf(key, null, outermost.map((frame) => [frame, frame.total])),
      callees: calleesOf(key, null, outermost),
    };
  }

  // The share of samples below the outermost frames that match.
  function matching(root, matches) {
    let samples = 0;
    const waiting = [...root.kids];
    while (waiting.length) {
      const frame = waiting.pop();
      if (matches(frame.key)) samples += frame.total; else for (const kid of frame.kids) waiting.push(kid);
    }
    return samples;
  }

  // A name as it fits best: without generic arguments, `Type::method` for a method of a trait.
  function short(name) {
    let depth = 0, out = "";
    const methods = name.match(/^<(.*) as .*>(::[^<>]+(?:<.*>)?)$/);
    const text = methods ? methods[1] + methods[2] : name.replace(/^<(.*)>::/, "$1::");
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (c === "<") { if (!depth && out.endsWith("::")) out = out.slice(0, -2); depth++; }
      else if (c === ">" && depth && text[i - 1] !== "-") depth--;
      else if (!depth) out += c;
    }
    return out || name;
  }

  return { decode, describer, topDown, bottomUp, sandwich, matching, kidsOf, short, KINDS };
})();
