// Uses the flame graphs of a report as a reader would, and tells the console what does not happen.
const total = { count: 0, tried: 0, changed: 0 };
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

// The first graph of a section, and the choice of another.
async function exercise(section) {
  let count = 0;
  const check = (what, holds) => { count++; if (!holds) console.error(`flame graph of ${section.id}: ${what}`); };
  const panel = section.querySelector("article.profile:not([hidden])");
  panel.scrollIntoView({ behavior: "instant" });
  const of = (selector) => panel.querySelector(selector);
  for (let i = 0; i < 100 && !of("canvas"); i++) await wait(20);
  const canvas = of("canvas"), readout = of(".flame-below output"), search = of(".flame-search input"), matched = of(".flame-search output");
  const picture = () => canvas.toDataURL();
  const key = (name, on = canvas) => on.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const type = (text) => { search.value = text; search.dispatchEvent(new Event("input", { bubbles: true })); };
  const pointer = (name, x, y) => {
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new PointerEvent(name, { clientX: box.left + x, clientY: box.top + y, bubbles: true, pointerId: 1 }));
  };
  const blank = document.createElement("canvas");
  Object.assign(blank, { width: canvas.width, height: canvas.height });
  let tried = 0, changed = 0;
  // Whether what `act` does changes the picture. `patience` is in steps of 20 ms.
  async function differs(act, patience) {
    const before = picture();
    act();
    for (let i = 0; i < patience && picture() === before; i++) await wait(20);
    // An animation comes to its end.
    await wait(260);
    return picture() !== before;
  }
  // What `act` does changes any picture.
  const changes = async (what, act) => check(`${what} changes the picture`, await differs(act, 100));
  // What `act` does changes a picture that has such frames; it never wipes it.
  async function mayChange(what, act) {
    tried++;
    if (await differs(act, 15)) changed++;
    check(`${what} leaves a picture`, picture() !== blank.toDataURL());
  }
  check("it is painted", picture() !== blank.toDataURL());

  canvas.focus();
  check("it takes the focus", document.activeElement === canvas);
  const hint = readout.textContent;
  await changes("an arrow key", () => key("ArrowDown"));
  key("ArrowDown");
  check("the readout tells the chosen frame", /\d (samples|[kMGT]?B|blocks)/.test(readout.textContent));
  const chosen = readout.textContent;
  key("ArrowDown");
  check("the next frame in is told", readout.textContent !== chosen);
  key("ArrowUp");
  check("the way out leads back", readout.textContent === chosen);
  key("ArrowDown");
  await mayChange("Enter", () => key("Enter"));
  await changes("+", () => key("+"));
  await changes("Escape", () => key("Escape"));
  check("Escape forgets the chosen frame", readout.textContent === hint);
  key("/");
  check("/ goes to the search", document.activeElement === search);
  await changes("a search", () => type("."));
  check("a search tells its share", /^\d+ match, [\d.]+ % of (samples|bytes|blocks)$/.test(matched.textContent));
  type("(");
  check("a wrong pattern is told", matched.textContent === "not a regular expression");
  type("no such function");
  check("no match is told", matched.textContent === "no match");
  key("Escape", search);
  check("Escape clears the search", search.value === "" && matched.textContent === "");

  for (const button of [...panel.querySelectorAll(".segments button")].reverse()) {
    if (button.getAttribute("aria-pressed") !== "true") await mayChange(button.textContent, () => button.click());
    check(`${button.textContent} is pressed`, button.getAttribute("aria-pressed") === "true");
    key("ArrowDown"); key("ArrowDown"); key("ArrowRight"); key("ArrowUp"); key("ArrowUp");
    check(`${button.textContent} tells a frame`, readout.textContent !== hint);
  }
  const boxes = [...panel.querySelectorAll(".flame-bar input[type=checkbox]")];
  for (const box of boxes) {
    await mayChange(box.parentElement.textContent, () => box.click());
    box.click();
  }
  const threads = of(".flame-bar select");
  if (threads) {
    await mayChange("a thread", () => { threads.value = "1"; threads.dispatchEvent(new Event("change")); });
    threads.value = "";
    threads.dispatchEvent(new Event("change"));
  }

  pointer("pointermove", 20, 30);
  check("a tooltip is shown", !of(".flame-tip").hidden && of(".flame-tip b").textContent.length > 0);
  pointer("pointerleave", 20, 30);
  check("and goes", of(".flame-tip").hidden);
  await changes("the wheel", () => canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -200, clientX: canvas.getBoundingClientRect().left + 50, cancelable: true })));
  await mayChange("a drag", () => { pointer("pointerdown", 300, 30); pointer("pointermove", 200, 30); pointer("pointerup", 200, 30); });
  of(".flame-search button").click();
  await wait(260);
  for (let i = 0; i < 4; i++) key("ArrowDown");
  const deep = readout.textContent;
  await mayChange("a click", () => { pointer("pointerdown", 20, 4 * 21 - 10); pointer("pointerup", 20, 4 * 21 - 10); });
  check("a click chooses", readout.textContent !== hint && deep !== hint);
  await changes("the theme", () => document.getElementById("theme-button").click());
  document.getElementById("theme-button").click();
  const inGraph = of(".in-graph");
  if (inGraph) {
    inGraph.click();
    check("a hotspot is shown in the graph", [...panel.querySelectorAll(".segments button")].some((button) => button.textContent === "Sandwich" && button.getAttribute("aria-pressed") === "true"));
  }
  const selector = document.getElementById(`${section.id}-workload`);
  if (selector && selector.options.length > 1) {
    selector.selectedIndex = 1;
    selector.dispatchEvent(new Event("change"));
    await wait(300);
    check("another workload is shown", panel.hidden && section.querySelector("article.profile:not([hidden]) canvas"));
  }
  total.count += count;
  total.tried += tried;
  total.changed += changed;
}

addEventListener("load", async () => {
  for (const section of document.querySelectorAll("section:has(.flame)")) await exercise(section);
  console.log(`exercised: ${total.count} checks; ${total.changed} of ${total.tried} choices changed the picture`);
});
