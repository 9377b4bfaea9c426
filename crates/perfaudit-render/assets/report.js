// Search, sorting, opening of rows, keys and the theme. The page reads the same without it.
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Storage throws where the page has no origin of its own.
  const memory = {
    get() { try { return localStorage.getItem("perfaudit-theme"); } catch { return null; } },
    set(value) { try { localStorage.setItem("perfaudit-theme", value); } catch { /* forgotten on the next visit */ } },
  };
  const saved = memory.get();
  if (saved === "light" || saved === "dark") root.dataset.theme = saved;

  document.addEventListener("DOMContentLoaded", () => {
    const byId = (id) => document.getElementById(id);
    const data = JSON.parse(byId("data").textContent);
    const table = byId("benchmark-table");
    const bodies = table ? [...table.tBodies] : [];

    const themeButton = byId("theme-button");
    const systemDark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
    const nameTheme = () => { themeButton.textContent = isDark() ? "Light" : "Dark"; };
    function switchTheme() {
      root.dataset.theme = isDark() ? "light" : "dark";
      memory.set(root.dataset.theme);
      nameTheme();
    }
    themeButton.addEventListener("click", switchTheme);
    systemDark.addEventListener("change", nameTheme);
    nameTheme();

    // Rows.
    const opener = (body) => body.querySelector(".open");
    function setOpen(body, open) {
      const row = body.querySelector(".detail");
      opener(body).setAttribute("aria-expanded", open);
      row.classList.toggle("shown", open);
      row.querySelector("details").open = open;
      const host = row.querySelector(".plots");
      if (open && host && !host.hasChildNodes()) charts.plots(host, data.plots[host.dataset.plot], opener(body).textContent);
    }
    const isOpen = (body) => opener(body).getAttribute("aria-expanded") === "true";
    for (const body of bodies) {
      opener(body).setAttribute("aria-expanded", false);
      opener(body).addEventListener("click", (event) => {
        // A drag that selects a part of the name is no click.
        if (event.detail && opener(body).contains(getSelection().anchorNode) && String(getSelection())) return;
        const open = !isOpen(body);
        setOpen(body, open);
        if (open) rememberHash(body.id);
      });
    }
    function rememberHash(id) {
      try { history.replaceState(null, "", "#" + id); } catch { /* the address stays */ }
    }

    // Search and filter.
    const search = byId("search"), filter = byId("filter"), shown = byId("shown");
    const texts = new Map(bodies.map((body) => [body, body.rows[0].textContent.toLowerCase()]));
    function applyFilter() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = filter.value;
      let count = 0;
      for (const body of bodies) {
        const fits = (!wanted || body.dataset.state === wanted || (body.dataset.class || "").split(" ").includes(wanted))
          && words.every((word) => texts.get(body).includes(word));
        body.hidden = !fits;
        if (fits) count++;
      }
      shown.textContent = `${count} of ${bodies.length} shown`;
      byId("no-match").hidden = count > 0;
    }
    const visible = () => bodies.filter((body) => !body.hidden);
    if (table) {
      search.addEventListener("input", applyFilter);
      filter.addEventListener("change", applyFilter);
      byId("expand").addEventListener("click", () => visible().forEach((body) => setOpen(body, true)));
      byId("collapse").addEventListener("click", () => bodies.filter(isOpen).forEach((body) => setOpen(body, false)));
      for (const link of document.querySelectorAll("[data-filter]")) {
        link.addEventListener("click", () => { filter.value = link.dataset.filter; search.value = ""; applyFilter(); });
      }
      applyFilter();
    }

    // Sorting: numbers by their raw values, what has none last; the same heading again turns the order, then restores it.
    const headings = table ? [...table.tHead.rows[0].cells] : [];
    function sortBy(column) {
      const heading = headings[column];
      const next = { ascending: "descending", descending: null }[heading.getAttribute("aria-sort")];
      const order = next === undefined ? "ascending" : next;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      if (order) heading.setAttribute("aria-sort", order);
      const sign = order === "descending" ? -1 : 1;
      const numeric = heading.classList.contains("num");
      const key = (body) => {
        const cell = body.rows[0].cells[column];
        if (!numeric) return cell.textContent;
        return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
      };
      const keyed = bodies.map((body, index) => ({ body, index, key: order ? key(body) : index }));
      const collator = new Intl.Collator("en", { numeric: true });
      keyed.sort((a, b) => {
        if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.index - b.index;
        return sign * (typeof a.key === "number" ? a.key - b.key : collator.compare(a.key, b.key)) || a.index - b.index;
      });
      table.append(...keyed.map((entry) => entry.body));
    }
    headings.forEach((heading, column) => {
      const button = heading.querySelector(".sort");
      button.addEventListener("click", () => sortBy(column));
      button.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        const other = step && headings[column + step];
        if (other) { other.querySelector(".sort").focus(); event.preventDefault(); }
      });
    });

    // Charts of groups are drawn when they come near the screen, and before printing.
    const waiting = new Set(document.querySelectorAll(".chart"));
    const drawChart = (host) => { if (waiting.delete(host)) charts.chart(host, data.charts[host.id]); };
    const near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) { drawChart(entry.target); near.unobserve(entry.target); }
    }, { rootMargin: "600px" });
    waiting.forEach((host) => near.observe(host));
    addEventListener("beforeprint", () => [...waiting].forEach(drawChart));

    const sections = ["cpu", "heap"].filter((id) => data[id]).map((id) => flameSection.start(data[id], id));

    // Addresses.
    function reveal() {
      let id;
      try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
      const target = id && byId(id);
      if (!target) return;
      document.querySelectorAll(".found").forEach((other) => other.classList.remove("found"));
      if (bodies.includes(target)) {
        if (target.hidden) { search.value = ""; filter.value = ""; applyFilter(); }
        target.classList.add("found");
        setOpen(target, true);
      }
      for (const section of sections) section.select(id);
      for (let parent = target.closest("details"); parent; parent = parent.parentElement.closest("details")) parent.open = true;
      target.scrollIntoView({ behavior: "instant", block: "start" });
    }
    addEventListener("hashchange", reveal);
    reveal();

    const links = new Map([...document.querySelectorAll("nav .links a")].map((link) => [link.hash.slice(1), link]));
    const onScreen = new Set();
    const watcher = new IntersectionObserver((entries) => {
      for (const entry of entries) onScreen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
      const current = [...links.keys()].find((id) => onScreen.has(id));
      links.forEach((link, id) => (id === current ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    }, { rootMargin: "-64px 0px -60% 0px" });
    links.forEach((_, id) => watcher.observe(byId(id)));

    // Copying.
    async function copy(button) {
      const code = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        button.textContent = "Selected";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    }
    document.querySelectorAll(".copy").forEach((button) => button.addEventListener("click", () => copy(button)));

    // Keys.
    const help = byId("help");
    const showHelp = () => { if (!help.open) help.showModal(); };
    byId("help-button").addEventListener("click", showHelp);
    addEventListener("keydown", (event) => {
      if (event.target === search && event.key === "Escape") { search.value = ""; applyFilter(); return; }
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
      if (event.key === "/" && search) { event.preventDefault(); search.focus(); search.scrollIntoView({ block: "nearest" }); }
      if (event.key === "?") showHelp();
      if (event.key === "t") switchTheme();
    });
  });
})();
