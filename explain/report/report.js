"use strict";
// The report of a pair: pointing at a region of one page shows its partners on the other.
(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const AT_REST = 200; // lines drawn while nothing is pointed at
  const IN_PANEL = 60; // partners in the panel's table
  const BOW = 0.09; // rise of a line in the share of its length
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("pair-data").textContent);
  const pages = [data.a, data.b];
  const strongest = data.pairs.reduce((most, pair) => Math.max(most, Math.abs(pair[2])), 0) || 1;
  const view = { threshold: 0, matching: false, chosen: null, pinned: false };
  let shown = [];

  function make(name, attributes, parent) {
    const node = document.createElementNS(SVG, name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (parent) parent.appendChild(node);
    return node;
  }

  function tell(name, text, parent, className) {
    const node = document.createElement(name);
    node.textContent = text;
    if (className) node.className = className;
    parent.appendChild(node);
    return node;
  }

  // At least two digits that count.
  function number(value) {
    const places = value ? Math.min(Math.max(1 - Math.floor(Math.log10(Math.abs(value))), 4), 9) : 0;
    return value.toFixed(places).replace("-", "\u2212");
  }

  const percent = (value) => (100 * value / (data.similarity || 1)).toFixed(1).replace("-", "\u2212") + "\u00a0%";

  // The regions, the large ones first, so that a small one on top of them can be pointed at.
  pages.forEach((page, side) => {
    page.nodes = new Array(page.regions.length);
    page.order = page.regions.map((_, n) => n)
      .sort((m, n) => page.regions[m][1] - page.regions[n][1] || page.regions[m][0] - page.regions[n][0]);
    const layer = byId(side ? "regions-b" : "regions-a");
    const area = (n) => page.regions[n][2] * page.regions[n][3];
    page.order.slice().sort((m, n) => area(n) - area(m)).forEach((n) => {
      const [x, y, w, h, text, where] = page.regions[n];
      const room = data.unit === "patch" ? 0 : 0.12 * Math.min(w, h); // patches lie edge to edge
      page.nodes[n] = make("rect", {
        x: x - room, y: y - room, width: w + 2 * room, height: h + 2 * room, class: "region", tabindex: -1, role: "button",
        "aria-label": (text || data.unit) + ", " + where + ", page " + "AB"[side], "data-side": side, "data-n": n,
      }, layer);
    });
    if (page.order.length) page.nodes[page.order[0]].setAttribute("tabindex", 0);
  });

  const passes = (pair) => Math.abs(pair[2]) >= view.threshold && (!view.matching || pair[3]);

  function curve(pair) {
    const [ax, ay, aw, ah] = data.a.regions[pair[0]];
    const [bx, by, , bh] = data.b.regions[pair[1]];
    const x = ax + aw, y = ay + ah / 2, length = bx - x, rise = BOW * length;
    return `M${x} ${y}C${x + 0.4 * length} ${y - rise} ${bx - 0.4 * length} ${by + bh / 2 - rise} ${bx} ${by + bh / 2}`;
  }

  function drawLines(pairs, scale, boldest) {
    const layer = byId("lines");
    layer.replaceChildren();
    pairs.slice().reverse().forEach((pair) => {
      const strength = Math.min(Math.abs(pair[2]) / scale, 1);
      make("path", {
        d: curve(pair), class: pair[2] < 0 ? "line against" : "line",
        "stroke-opacity": (0.1 + 0.75 * strength).toFixed(3), "stroke-width": (0.6 + boldest * strength).toFixed(2),
      }, layer);
    });
  }

  // Every region in the colour of what its visible pairs sum to.
  function paint() {
    pages.forEach((page, side) => {
      const sums = new Float64Array(page.regions.length);
      const known = new Uint8Array(page.regions.length);
      shown.forEach((pair) => { sums[pair[side]] += pair[2]; known[pair[side]] = 1; });
      let most = 1e-30;
      sums.forEach((value) => { most = Math.max(most, Math.abs(value)); });
      page.sums = sums;
      page.nodes.forEach((node, n) => {
        const strength = Math.abs(sums[n]) / most;
        node.setAttribute("class", "region" + (known[n] ? (sums[n] < 0 ? " against" : "") : " silent"));
        node.setAttribute("fill-opacity", known[n] ? (0.03 + 0.3 * strength).toFixed(3) : 0);
        node.setAttribute("stroke-opacity", known[n] ? (0.3 + 0.6 * strength).toFixed(3) : 0.25);
      });
    });
  }

  function atRest() {
    const first = shown.filter((pair) => pair[3]).concat(shown.filter((pair) => !pair[3])).slice(0, AT_REST);
    drawLines(first, strongest, 0.8);
    const panel = byId("panel");
    panel.replaceChildren();
    tell("h3", "Nothing chosen", panel);
    tell("p", `Point at a ${data.unit} on either page, or tap it, to see what it is matched with. With the keyboard: Tab to a `
      + `page, arrow keys from ${data.unit} to ${data.unit}, Enter to hold, Escape to let go.`, panel);
    tell("p", "Until then the lines show the " + first.length.toLocaleString("en") + " strongest of the "
      + shown.length.toLocaleString("en") + " pairs in view, corresponding cells first.", panel);
  }

  function crop(side, n) {
    const [x, y, w, h] = pages[side].regions[n];
    const room = 0.35 * h;
    const box = [x - 1.5 * room, y - room, w + 3 * room, h + 2 * room];
    const picture = make("svg", { viewBox: box.join(" "), class: "crop", "aria-hidden": "true" });
    picture.style.aspectRatio = box[2] + " / " + box[3];
    make("use", { href: side ? "#page-b" : "#page-a" }, picture);
    return picture;
  }

  // Pairs of one region, those with the same partner joined.
  function partners(side, n) {
    const found = new Map();
    shown.forEach((pair) => {
      if (pair[side] !== n) return;
      const other = pair[1 - side];
      const entry = found.get(other) || { n: other, value: 0, matching: pair[3], features: [] };
      entry.value += pair[2];
      entry.features.push(pair[4]);
      found.set(other, entry);
    });
    return [...found.values()].sort((p, q) => Math.abs(q.value) - Math.abs(p.value) || q.matching - p.matching);
  }

  function describe(side, n, found) {
    const panel = byId("panel"), region = pages[side].regions[n];
    panel.replaceChildren();
    const head = tell("h3", "", panel);
    head.append(crop(side, n), " " + (region[4] || data.unit) + " on page " + "AB"[side]);
    const sum = found.reduce((total, entry) => total + entry.value, 0);
    const count = found.length === 1 ? "1 partner" : found.length.toLocaleString("en") + " partners";
    tell("p", region[5] + "; " + (found.length
      ? count + " in view, together " + number(sum) + " (" + percent(sum) + " of the similarity)."
      : "no listed pair in view."), panel);
    if (!found.length) return;
    const table = tell("table", "", panel), head2 = table.createTHead().insertRow(), body = table.createTBody();
    ["On page " + "BA"[side], "", "Place", "Relevance"].forEach((text, k) =>
      tell("th", text, head2, k === 3 ? "number" : ""));
    const most = Math.abs(found[0].value) || 1;
    found.slice(0, IN_PANEL).forEach((entry) => {
      const other = pages[1 - side].regions[entry.n], row = body.insertRow();
      row.insertCell().append(crop(1 - side, entry.n));
      tell("td", other[4], row);
      tell("td", other[5] + (entry.matching ? " \u2713 corresponding" : ""), row);
      const value = tell("td", number(entry.value), row, "number" + (entry.value < 0 ? " sign-against" : ""));
      const bar = tell("span", "", value, entry.value < 0 ? "bar against" : "bar");
      bar.style.width = (100 * Math.abs(entry.value) / most) + "%";
    });
    if (found.length > IN_PANEL) tell("p", "and " + (found.length - IN_PANEL) + " weaker ones", panel);
  }

  function show(side, n) {
    const found = partners(side, n);
    const lines = shown.filter((pair) => pair[side] === n);
    const scale = lines.reduce((most, pair) => Math.max(most, Math.abs(pair[2])), 1e-30);
    drawLines(lines, scale, 1.6);
    pages.forEach((page) => page.nodes.forEach((node) => node.classList.remove("chosen", "partner")));
    found.forEach((entry) => pages[1 - side].nodes[entry.n].classList.add("partner"));
    pages[side].nodes[n].classList.add("chosen");
    describe(side, n, found);
  }

  function choose(side, n, pin) {
    view.chosen = [side, n];
    view.pinned = pin;
    if (pin) history.replaceState(null, "", "#" + "ab"[side] + ":" + encodeURIComponent(pages[side].regions[n][6]));
    show(side, n);
  }

  // An address that ends in #a:ELEMENT opens the report with that element chosen.
  function fromAddress() {
    const side = location.hash[1] === "b" ? 1 : 0, id = location.hash.slice(3);
    const n = pages[side].regions.findIndex((region) => encodeURIComponent(region[6]) === id);
    if (id && n >= 0) choose(side, n, true);
  }

  function release() {
    if (view.pinned) history.replaceState(null, "", location.pathname + location.search);
    view.chosen = null;
    view.pinned = false;
    pages.forEach((page) => page.nodes.forEach((node) => node.classList.remove("chosen", "partner")));
    atRest();
  }

  function refresh() {
    shown = data.pairs.filter(passes);
    paint();
    const sum = shown.reduce((total, pair) => total + pair[2], 0);
    byId("in-view").textContent = shown.length.toLocaleString("en") + " of " + data.pairs.length.toLocaleString("en")
      + " listed pairs in view, " + percent(sum) + " of the similarity";
    byId("threshold-value").textContent = view.threshold ? "under " + number(view.threshold) : "none";
    if (view.chosen) show(...view.chosen); else atRest();
  }

  function regionOf(event) {
    const node = event.target.closest ? event.target.closest(".region") : null;
    return node && [Number(node.dataset.side), Number(node.dataset.n)];
  }

  // The nearest region in the direction of an arrow key; what lies askew counts as farther.
  function neighbour(side, n, key) {
    const page = pages[side], [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    const middle = (k) => [page.regions[k][0] + page.regions[k][2] / 2, page.regions[k][1] + page.regions[k][3] / 2];
    const [x, y] = middle(n);
    let best = n, least = Infinity;
    page.regions.forEach((_, k) => {
      const [u, v] = middle(k), along = (u - x) * dx + (v - y) * dy, across = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
      if (along > 0.5 && along + 3 * across < least) { least = along + 3 * across; best = k; }
    });
    return best;
  }

  const stage = byId("stage");
  stage.addEventListener("pointerover", (event) => {
    const at = regionOf(event);
    if (view.pinned || event.pointerType === "touch") return;
    if (at) choose(at[0], at[1], false);
    else if (view.chosen && !event.target.closest(".region")) release();
  });
  stage.addEventListener("pointerleave", () => { if (!view.pinned && view.chosen) release(); });
  stage.addEventListener("click", (event) => {
    const at = regionOf(event);
    if (!at || (view.pinned && at[0] === view.chosen[0] && at[1] === view.chosen[1])) release();
    else choose(at[0], at[1], true);
  });
  stage.addEventListener("focusin", (event) => {
    const at = regionOf(event);
    if (!at || !event.target.matches(":focus-visible")) return;
    pages[at[0]].nodes.forEach((node) => { if (node.tabIndex === 0) node.setAttribute("tabindex", -1); });
    event.target.setAttribute("tabindex", 0);
    choose(at[0], at[1], view.pinned);
  });
  stage.addEventListener("keydown", (event) => {
    const at = regionOf(event);
    if (!at) return;
    if (event.key.startsWith("Arrow")) pages[at[0]].nodes[neighbour(at[0], at[1], event.key)].focus();
    else if (event.key === "Enter" || event.key === " ") choose(at[0], at[1], !view.pinned);
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && view.chosen) release(); });

  byId("threshold").addEventListener("input", (event) => {
    view.threshold = strongest * (event.target.value / 100) ** 2; // finer where most pairs are
    refresh();
  });
  byId("matching").addEventListener("change", (event) => { view.matching = event.target.checked; refresh(); });
  byId("size").addEventListener("input", (event) => {
    stage.querySelector("svg").style.width = event.target.value + "%";
  });
  byId("strongest").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    choose(0, data.pairs[Number(button.dataset.pair)][0], true);
    stage.scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("hashchange", fromAddress);
  refresh();
  fromAddress();
})();
