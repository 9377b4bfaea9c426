// Paints the frames of a flame graph on a canvas, in the colours of the style sheet.
const flamePaint = (() => {
  const ROW = 21;
  const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
  // Frames narrower than this have no name in them.
  const LEAST_NAME = 28;
  const KINDS = ["own", "dependency", "std", "system", "kernel", "unknown", "other"];
  const INKS = ["page", "ink", "line", "text", "link", "more", "less", "same"];

  // The colours as numbers: the style sheet mixes themes, a canvas cannot.
  function palette(host) {
    const probe = document.createElement("i");
    host.append(probe);
    const colours = {};
    for (const name of [...KINDS, ...INKS]) {
      probe.className = `f-${name}`;
      colours[name] = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    }
    probe.remove();
    return colours;
  }

  const css = (rgb, alpha = 1) => `rgb(${rgb.map(Math.round).join(" ")} / ${alpha})`;
  const mix = (a, b, share) => a.map((value, i) => value + (b[i] - value) * share);

  // Neighbours of one origin differ a little, and one function looks the same everywhere.
  function shade(key) {
    let hash = (key + 7) * 2654435761;
    hash ^= hash >>> 15;
    return [0, 0.1, 0.2][Math.abs(hash) % 3];
  }

  const pixelRatio = () => Math.max(1, window.devicePixelRatio || 1);

  function size(canvas, width, height) {
    const ratio = pixelRatio();
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = FONT;
    context.textBaseline = "middle";
    return context;
  }

  // What tells origins apart where colours do not: lines for the standard library and the kernel, dots for libraries of
  // the system.
  function pattern(context, kind, x, y, width, height, ink) {
    if (kind !== "std" && kind !== "kernel" && kind !== "system") return;
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.strokeStyle = context.fillStyle = css(ink, kind === "kernel" ? 0.2 : 0.15);
    context.lineWidth = 1;
    context.beginPath();
    if (kind === "system") {
      for (let px = Math.ceil(x / 6) * 6; px < x + width; px += 6) { context.rect(px, y + height - 5, 1.5, 1.5); context.rect(px + 3, y + height - 2.5, 1.5, 1.5); }
      context.fill();
    } else if (kind === "std") {
      for (let px = Math.ceil(x / 5) * 5 + 0.5; px < x + width; px += 5) { context.moveTo(px, y + height - 4); context.lineTo(px, y + height); }
      context.stroke();
    } else {
      for (let px = Math.floor((x - height) / 7) * 7; px < x + width; px += 7) { context.moveTo(px, y + height); context.lineTo(px + height, y); }
      context.stroke();
    }
    context.restore();
  }

  // The longest of the forms of a name that fits, else the beginning of the shortest.
  function fitted(context, names, room) {
    for (const name of names) if (context.measureText(name).width <= room) return name;
    const name = names[names.length - 1];
    let low = 0, high = name.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(name.slice(0, middle) + "\u2026").width <= room) low = middle; else high = middle - 1;
    }
    return low > 1 ? name.slice(0, low) + "\u2026" : "";
  }

  function names(name) {
    const short = profiles.short(name);
    const parts = short.split("::");
    return [name, short, parts.slice(-2).join("::"), parts[parts.length - 1]];
  }

  // All frames. `state` says which are found, under the pointer, or chosen; `fill` overrules the
  // colour of the origin and puts a sign before the name.
  function paint(context, found, view, state, colours, describe, fill) {
    const { width, height, window: shown, top } = view;
    context.fillStyle = css(colours.page);
    context.fillRect(0, 0, width, height);
    const scale = width / (shown.to - shown.from);
    for (const frame of found) {
      const y = top(frame.row);
      if (y + ROW < 0 || y > height) continue;
      const left = Math.max(-1, (frame.x - shown.from) * scale), right = Math.min(width + 1, (frame.x + frame.w - shown.from) * scale);
      const wide = right - left > 3 ? right - left - 1 : Math.max(right - left, 0.7);
      const isRoot = frame.key === null;
      const about = isRoot ? null : describe(frame.key);
      const dimmed = (state.matches && (isRoot || !state.matches(frame.key)));
      const changed = fill && !isRoot ? fill(frame.key) : null;
      let colour = isRoot ? colours.other : changed ? changed.colour : mix(colours[about.kind], colours.page, shade(frame.key));
      if (!isRoot && frame.inlined && !changed) colour = mix(colour, colours.page, 0.24);
      if (dimmed) colour = mix(colour, colours.page, 0.74);
      if (frame === state.hover) colour = mix(colour, colours.text, 0.16);
      context.fillStyle = css(colour);
      context.fillRect(left, y, wide, ROW - 1);
      if (!isRoot && wide > 5 && !dimmed && !changed) pattern(context, about.kind, left, y, wide, ROW - 1, colours.ink);
      if (state.matches && !dimmed && wide > 2) {
        context.strokeStyle = css(colours.text, 0.75);
        context.lineWidth = 1;
        context.strokeRect(left + 0.5, y + 0.5, wide - 1, ROW - 2);
      }
      const from = Math.max(left, 0), room = Math.min(left + wide, width) - from - 8;
      if (room > LEAST_NAME) {
        context.font = (isRoot || frame === state.middle ? "600 " : frame.inlined ? "italic " : "") + FONT;
        context.fillStyle = css(dimmed ? mix(colours.ink, colours.page, 0.45) : colours.ink);
        const text = fitted(context, isRoot ? [state.whole] : names(about.name).map((name) => (changed ? changed.sign : "") + name), room);
        context.fillText(text, from + 4, y + ROW / 2);
      }
      if (frame === state.current) {
        context.strokeStyle = css(colours.text);
        context.lineWidth = 2;
        context.strokeRect(left + 1, y + 1, Math.max(wide - 2, 1), ROW - 3);
      }
    }
  }

  return { ROW, palette, size, paint, mix };
})();
