// Two pages side by side: pointing at a region of one shows its partners on the other.
//
// `root` holds the markup that zij.explain.viewer.stage writes, `data` what it says beside. `told(state)` hears
// when a person has chosen a region, moved the threshold or turned the switch. Nothing outside `root` is touched.
function pairViewer(root, data, told = () => {}) {
  const SVG = "http://www.w3.org/2000/svg";
  const AT_REST = 200; // lines drawn while nothing is pointed at
  const IN_PANEL = 60; // partners in the panel's table
  const BOW = 0.09; // rise of a line in the share of its length
  const part = (name) => root.querySelector(`[data-part="${name}"]`);
  const stage = part("stage"), svg = part("pages"), panel = part("panel"), slider = part("threshold");
  const pages = [data.a, data.b].map((page) => ({ regions: page.regions })); // several views share the data
  const strongest = data.pairs.reduce((most, pair) => Math.max(most, Math.abs(pair[2])), 0) || 1;
  const view = { threshold: 0, corresponding: false, chosen: null, pinned: false };
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

  // The pages' names, shortened in the middle where a page is narrower than its name.
  const names = [...svg.querySelectorAll("text")].map((node) => [node, node.textContent]);
  function fitNames() {
    names.forEach(([node, whole], side) => {
      const room = Number(part(side ? "page-b" : "page-a").getAttribute("width")) + 16;
      node.textContent = whole;
      const kept = Math.max(Math.floor(whole.length * room / (node.getComputedTextLength() || 1)) - 2, 6);
      if (kept + 2 >= whole.length) return;
      node.textContent = whole.slice(0, Math.ceil(kept / 2)) + "\u2026" + whole.slice(-Math.floor(kept / 2));
      make("title", {}, node).textContent = whole;
    });
  }

  // At least two digits that count.
  function number(value) {
    const places = value ? Math.min(Math.max(1 - Math.floor(Math.log10(Math.abs(value))), 4), 9) : 0;
    return value.toFixed(places).replace("-", "\u2212");
  }

  function percent(value) {
    const share = 100 * value / (data.similarity || 1), small = share && Math.abs(share) < 0.05;
    return share.toFixed(small ? 3 : 1).replace("-", "\u2212") + "\u00a0%";
  }

  const count = (value) => value.toLocaleString("en");
  const name = (side, n) => (pages[side].regions[n][4] || data.unit) + ", " + pages[side].regions[n][5] + ", page " + "AB"[side];

  // The regions, the large ones first, so that a small one on top of them can be pointed at.
  pages.forEach((page, side) => {
    page.nodes = new Array(page.regions.length);
    page.order = page.regions.map((_, n) => n)
      .sort((m, n) => page.regions[m][1] - page.regions[n][1] || page.regions[m][0] - page.regions[n][0]);
    const layer = part(side ? "regions-b" : "regions-a");
    const area = (n) => page.regions[n][2] * page.regions[n][3];
    layer.replaceChildren();
    page.order.slice().sort((m, n) => area(n) - area(m)).forEach((n) => {
      const [x, y, w, h] = page.regions[n];
      const room = data.unit === "patch" ? 0 : 0.12 * Math.min(w, h); // patches lie edge to edge
      page.nodes[n] = make("rect", {
        x: x - room, y: y - room, width: w + 2 * room, height: h + 2 * room, class: "region", tabindex: -1,
        role: "button", "aria-label": name(side, n), "data-side": side, "data-n": n,
      }, layer);
    });
    if (page.order.length) page.nodes[page.order[0]].setAttribute("tabindex", 0);
  });

  const passes = (pair) => Math.abs(pair[2]) >= view.threshold && (!view.corresponding || pair[3]);

  function curve(pair) {
    const [ax, ay, aw, ah] = data.a.regions[pair[0]];
    const [bx, by, , bh] = data.b.regions[pair[1]];
    const x = ax + aw, y = ay + ah / 2, length = bx - x, rise = BOW * length;
    return `M${x} ${y}C${x + 0.4 * length} ${y - rise} ${bx - 0.4 * length} ${by + bh / 2 - rise} ${bx} ${by + bh / 2}`;
  }

  function drawLines(pairs, scale, boldest) {
    const layer = part("lines");
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
      page.nodes.forEach((node, n) => {
        const strength = Math.abs(sums[n]) / most;
        node.setAttribute("class", "region" + (known[n] ? (sums[n] < 0 ? " against" : "") : " silent"));
        node.setAttribute("fill-opacity", known[n] ? (0.03 + 0.22 * strength).toFixed(3) : 0);
        node.setAttribute("stroke-opacity", known[n] ? (0.3 + 0.5 * strength).toFixed(3) : 0.25);
      });
    });
  }

  function atRest() {
    const first = shown.filter((pair) => pair[3]).concat(shown.filter((pair) => !pair[3])).slice(0, AT_REST);
    drawLines(first, strongest, 0.8);
    panel.replaceChildren();
    tell("h3", "Nothing chosen", panel);
    if (!data.pairs.length) {
      tell("p", `The pages have no pair of ${data.unit === "patch" ? "patches" : "digits"} in common, so that there are no lines.`, panel);
      return;
    }
    const some = first.length < shown.length;
    tell("p", (some ? `The lines show the ${count(first.length)} strongest of the ${count(shown.length)} pairs in view`
      + ", corresponding cells first." : `The lines show all ${count(shown.length)} pairs in view.`)
      + ` Point at a ${data.unit} on either page to see what it is matched with; a click holds it.`, panel);
    tell("p", "Red lines speak for the similarity, blue dashed ones against it; the stronger, the bolder.", panel);
    tell("p", "Drag to move, + and \u2212 or the wheel to come closer. With the keyboard: Tab to the pages, arrow keys "
      + `to move; Tab again, arrow keys from ${data.unit} to ${data.unit}, Enter to hold, Escape to let go.`, panel, "quiet");
  }

  function crop(side, n) {
    const [x, y, w, h] = pages[side].regions[n];
    const room = 0.35 * h;
    const box = [x - 1.5 * room, y - room, w + 3 * room, h + 2 * room];
    const picture = make("svg", { viewBox: box.join(" "), class: "crop", "aria-hidden": "true" });
    picture.style.aspectRatio = box[2] + " / " + box[3];
    make("use", { href: "#" + part(side ? "page-b" : "page-a").id }, picture);
    return picture;
  }

  // Pairs of one region, those with the same partner joined.
  function partners(side, n) {
    const found = new Map();
    shown.forEach((pair) => {
      if (pair[side] !== n) return;
      const other = pair[1 - side];
      const entry = found.get(other) || { n: other, value: 0, corresponds: pair[3] };
      entry.value += pair[2];
      found.set(other, entry);
    });
    return [...found.values()].sort((p, q) => Math.abs(q.value) - Math.abs(p.value) || q.corresponds - p.corresponds);
  }

  function describe(side, n, found) {
    const region = pages[side].regions[n];
    panel.replaceChildren();
    const head = tell("h3", "", panel);
    head.append(crop(side, n), " " + (region[4] || data.unit) + " on page " + "AB"[side]);
    const sum = found.reduce((total, entry) => total + entry.value, 0);
    const many = found.length === 1 ? "1 partner" : count(found.length) + " partners";
    tell("p", region[5] + "; " + (found.length
      ? many + " in view, together " + number(sum) + " (" + percent(sum) + " of the similarity)."
      : "no listed pair in view."), panel);
    if (!found.length) return;
    const table = tell("table", "", panel), heads = table.createTHead().insertRow(), body = table.createTBody();
    ["On page " + "BA"[side], "Place", "Relevance"].forEach((text, k) => {
      const head = tell("th", text, heads, k === 2 ? "number" : "");
      head.scope = "col";
      if (k === 0) head.colSpan = 2; // its picture, and what it reads
    });
    const most = Math.abs(found[0].value) || 1;
    found.slice(0, IN_PANEL).forEach((entry) => {
      const other = pages[1 - side].regions[entry.n], row = body.insertRow();
      const go = tell("button", "", row.insertCell(), "go");
      go.type = "button";
      go.dataset.n = entry.n;
      go.setAttribute("aria-label", "go to " + name(1 - side, entry.n));
      go.append(crop(1 - side, entry.n));
      tell("td", other[4], row);
      tell("td", other[5] + (entry.corresponds ? " \u2713 corresponding" : ""), row);
      const value = tell("td", number(entry.value), row, "number" + (entry.value < 0 ? " sign-against" : ""));
      const bar = tell("span", "", value, entry.value < 0 ? "bar against" : "bar");
      bar.style.width = (100 * Math.abs(entry.value) / most) + "%";
    });
    if (found.length > IN_PANEL) tell("p", "and " + (found.length - IN_PANEL) + " weaker ones", panel);
  }

  function unmark() {
    root.querySelectorAll(".region.chosen, .region.partner").forEach((node) => {
      node.classList.remove("chosen", "partner");
      node.style.fillOpacity = "";
    });
  }

  function show(side, n) {
    const found = partners(side, n);
    const lines = shown.filter((pair) => pair[side] === n);
    const scale = lines.reduce((most, pair) => Math.max(most, Math.abs(pair[2])), 1e-30);
    drawLines(lines, scale, 1.6);
    unmark();
    found.forEach((entry) => {
      const node = pages[1 - side].nodes[entry.n];
      node.classList.add("partner");
      node.style.fillOpacity = 0.08 + 0.28 * Math.abs(entry.value) / (Math.abs(found[0].value) || 1);
    });
    pages[side].nodes[n].classList.add("chosen");
    svg.classList.add("asked");
    describe(side, n, found);
  }

  const state = () => ({
    threshold: view.threshold, corresponding: view.corresponding,
    selected: view.pinned ? "ab"[view.chosen[0]] + ":" + pages[view.chosen[0]].regions[view.chosen[1]][6] : "",
  });

  function choose(side, n, pin) {
    const before = state().selected;
    view.chosen = [side, n];
    view.pinned = pin;
    show(side, n);
    if (state().selected !== before) told(state());
  }

  function release() {
    const pinned = view.pinned;
    view.chosen = null;
    view.pinned = false;
    unmark();
    svg.classList.remove("asked");
    atRest();
    if (pinned) told(state());
  }

  // Choose the region that an id such as "a:t1_r0c2_w1" names; any other lets go.
  function select(id) {
    const side = id[0] === "b" ? 1 : 0;
    const n = pages[side].regions.findIndex((region) => region[6] === id.slice(2));
    if (id && n >= 0) { choose(side, n, true); moving.reveal(pages[side].regions[n]); }
    else if (view.chosen) release();
  }

  function refresh() {
    shown = data.pairs.filter(passes);
    paint();
    const sum = shown.reduce((total, pair) => total + pair[2], 0);
    part("in-view").textContent = `${count(shown.length)} of ${count(data.pairs.length)} listed pairs in view, `
      + percent(sum) + " of the similarity";
    const least = view.threshold ? "under " + number(view.threshold) : "none";
    part("threshold-value").textContent = least;
    slider.setAttribute("aria-valuetext", `${least}; ${part("in-view").textContent}`);
    if (view.chosen) show(...view.chosen); else atRest();
  }

  function set(wanted) {
    view.threshold = Math.max(wanted.threshold || 0, 0);
    view.corresponding = Boolean(wanted.corresponding);
    const place = 100 * Math.sqrt(Math.min(view.threshold / strongest, 1));
    if (Math.abs(place - slider.value) > 0.5) slider.value = place;
    part("corresponding").checked = view.corresponding;
    refresh();
    if ((wanted.selected || "") !== state().selected) select(wanted.selected || "");
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

  let hinting = 0;
  const moving = movable(svg, (zoom, idle) => {
    part("zoom").textContent = Math.round(100 * zoom) + "\u00a0%";
    fitNames();
    if (!idle) return;
    stage.classList.add("hinting");
    clearTimeout(hinting);
    hinting = setTimeout(() => stage.classList.remove("hinting"), 1600);
  });
  new ResizeObserver(fitNames).observe(svg);
  part("closer").addEventListener("click", moving.closer);
  part("further").addEventListener("click", moving.further);
  part("fit").addEventListener("click", moving.fit);

  svg.addEventListener("pointerover", (event) => {
    const at = regionOf(event);
    if (view.pinned || event.pointerType === "touch" || moving.held()) return;
    if (at) choose(at[0], at[1], false);
    else if (view.chosen) release();
  });
  svg.addEventListener("pointerleave", () => { if (!view.pinned && view.chosen) release(); });
  svg.addEventListener("click", (event) => {
    if (moving.dragged()) return;
    const at = regionOf(event);
    if (!at || (view.pinned && at[0] === view.chosen[0] && at[1] === view.chosen[1])) release();
    else choose(at[0], at[1], true);
  });
  svg.addEventListener("focusin", (event) => {
    const at = regionOf(event);
    if (!at || !event.target.matches(":focus-visible")) return;
    pages[at[0]].nodes.forEach((node) => { if (node.tabIndex === 0) node.setAttribute("tabindex", -1); });
    event.target.setAttribute("tabindex", 0);
    moving.reveal(pages[at[0]].regions[at[1]]);
    choose(at[0], at[1], view.pinned);
  });
  svg.addEventListener("keydown", (event) => {
    const at = regionOf(event);
    if (!at || event.shiftKey) return;
    if (event.key.startsWith("Arrow")) pages[at[0]].nodes[neighbour(at[0], at[1], event.key)].focus();
    else if (event.key === "Enter" || event.key === " ") choose(at[0], at[1], !view.pinned);
    else return;
    event.preventDefault();
  });
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && view.chosen) release(); });
  panel.addEventListener("click", (event) => {
    const go = event.target.closest(".go");
    if (!go || !view.chosen) return;
    const side = 1 - view.chosen[0], n = Number(go.dataset.n);
    choose(side, n, true);
    moving.reveal(pages[side].regions[n]);
    panel.scrollTop = 0;
    pages[side].nodes[n].focus({ preventScroll: true });
  });
  slider.addEventListener("input", () => {
    view.threshold = strongest * (slider.value / 100) ** 2; // finer where most pairs are
    refresh();
  });
  slider.addEventListener("change", () => told(state()));
  part("corresponding").addEventListener("change", (event) => {
    view.corresponding = event.target.checked;
    refresh();
    told(state());
  });
  set(data.start || {});
  return { set, select, release, choose, state };
}
