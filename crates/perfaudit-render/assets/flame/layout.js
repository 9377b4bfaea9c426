// Where the frames of a flame graph lie, and which one is meant.
const flameLayout = (() => {
  // Narrower frames are not drawn.
  const LEAST_PIXELS = 0.6;

  // The frames that can be seen, as shares of the whole width from 0 to 1. Row 0 is the outermost; callers in a sandwich
  // have rows below 0.
  function boxes(graph, window_, pixels) {
    const found = [];
    const least = (LEAST_PIXELS / pixels) * (window_.to - window_.from);
    const whole = graph.down.total || 1;
    function lay(root, direction, includesRoot) {
      const waiting = [[root, 0, 0]];
      while (waiting.length) {
        const [frame, x, row] = waiting.pop();
        const width = frame.total / whole;
        if (width < least || x > window_.to || x + width < window_.from) continue;
        Object.assign(frame, { x, w: width, row });
        if (frame !== root || includesRoot) found.push(frame);
        let start = x;
        for (const kid of profiles.kidsOf(frame)) {
          if (kid.total / whole < least) break;
          waiting.push([kid, start, row + direction]);
          start += kid.total / whole;
        }
      }
    }
    lay(graph.down, 1, true);
    if (graph.up) lay(graph.up, -1, false);
    return found;
  }

  function rows(found) {
    let first = 0, last = 0;
    for (const frame of found) {
      if (frame.row < first) first = frame.row;
      if (frame.row > last) last = frame.row;
    }
    return { first, last };
  }

  // The frame next to one: `rows` further in (or out, where it is negative), or `columns` further right.
  function neighbour(graph, found, frame, rows, columns) {
    // The callers of a sandwich hang on a root of their own, which is not drawn.
    const outer = (of) => (graph.up && of.outer === graph.up ? graph.down : of.outer);
    if (rows) return widest(found.filter((other) => other.row === frame.row + rows && (outer(other) === frame || outer(frame) === other))) || frame;
    const row = found.filter((other) => other.row === frame.row).sort((a, b) => a.x - b.x);
    return row[row.indexOf(frame) + columns] || frame;
  }

  const widest = (frames) => frames.reduce((best, frame) => (!best || frame.total > best.total ? frame : best), null);

  return { boxes, rows, neighbour };
})();
