"use strict";
// The map of a corpus: one canvas, a legend, a search box, and what is known of the page pointed at.
(function () {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("map-data").textContent);
  const total = data.names.length;
  const canvas = byId("map"), pen = canvas.getContext("2d"), bubble = byId("bubble");
  const NEAR = 14; // pixels from a point that count as pointing at it
  const view = { scale: 1, x: 0, y: 0, width: 1, height: 1 };
  const state = { field: "", only: new Set(), hover: -1, chosen: -1, hits: [], from: -Infinity, to: Infinity };
  const text = (field, page) => {
    const code = data.fields[field] ? data.fields[field].codes[page] : -1;
    return code < 0 ? "" : data.fields[field].names[code];
  };

  // -- signs: a colour, then the next mark
  const sign = (code) => code < 0 ? { hollow: true, colour: data.grey, mark: 0 }
    : code >= data.most ? { colour: data.grey, mark: 0, small: true }
      : { colour: data.colours[code % data.colours.length], mark: Math.floor(code / data.colours.length) };

  function yearColour(year) {
    const [low, high] = data.span;
    const place = (high > low ? (year - low) / (high - low) : 0.5) * (data.yearColours.length - 1);
    const n = Math.min(Math.floor(place), data.yearColours.length - 2);
    const part = (hex, k) => parseInt(hex.slice(1 + 2 * k, 3 + 2 * k), 16);
    const mix = [0, 1, 2].map((k) => Math.round(part(data.yearColours[n], k) + (place - n) *
      (part(data.yearColours[n + 1], k) - part(data.yearColours[n], k))));
    return `rgb(${mix.join(",")})`;
  }

  const middle = (page) => data.years[page] ? (data.years[page][0] + data.years[page][1]) / 2 : null;

  // Pages by the sign that they are drawn with; built anew when the colouring changes.
  let layers = [];
  function build() {
    const found = new Map();
    for (let page = 0; page < total; page += 1) {
      let key, look;
      if (state.field === "year") {
        const year = middle(page);
        key = year === null ? -1 : Math.round(year);
        look = year === null ? sign(-1) : { colour: yearColour(year), mark: 0 };
      } else if (state.field) {
        const code = data.fields[state.field].codes[page];
        key = Math.min(code, data.most);
        look = sign(code);
      } else {
        key = 0;
        look = sign(0);
      }
      if (!found.has(key)) found.set(key, { key, look, pages: [] });
      found.get(key).pages.push(page);
    }
    const rank = (layer) => layer.look.hollow ? 0 : layer.look.small ? 1 : 2;
    layers = [...found.values()].sort((a, b) => rank(a) - rank(b) || b.pages.length - a.pages.length);
  }

  function inYears(page) {
    if (state.from === -Infinity && state.to === Infinity) return true;
    const years = data.years[page];
    return Boolean(years) && years[1] >= state.from && years[0] <= state.to;
  }

  // -- drawing
  const wide = Math.max(...data.x.map(Math.abs), 0.2), high = Math.max(...data.y.map(Math.abs), 0.2);
  const size = () => 0.47 * Math.min(view.width / wide, view.height / high) * view.scale;
  const px = (page) => view.width / 2 + view.x + data.x[page] * size();
  const py = (page) => view.height / 2 + view.y - data.y[page] * size();
  const radius = () => Math.max(1.6, Math.min(7, 60 / Math.sqrt(total) * Math.sqrt(view.scale)));

  function dot(x, y, r, mark) {
    if (mark === 1) {
      pen.rect(x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
    } else if (mark === 2) {
      pen.moveTo(x, y - 1.2 * r);
      pen.lineTo(x + 1.1 * r, y + 0.8 * r);
      pen.lineTo(x - 1.1 * r, y + 0.8 * r);
      pen.closePath();
    } else {
      pen.moveTo(x + r, y);
      pen.arc(x, y, r, 0, 6.2832);
    }
  }

  function ring(page, r, colour, width) {
    pen.beginPath();
    pen.arc(px(page), py(page), r, 0, 6.2832);
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
  }

  // Names beside the dots of a small map: each where it covers no dot and no other name, or nowhere.
  const SIDES = [[1, 0], [-1, 0], [1, -1], [1, 1], [-1, -1], [-1, 1], [0, -1], [0, 1]];
  function place(page, r, taken) {
    const name = data.beside[page], width = pen.measureText(name).width, half = 6;
    for (const away of [r + 4, r + 17, r + 30]) {
      for (const [sx, sy] of SIDES) {
        const aside = sy ? 0.5 * away : away;
        const x = px(page) + sx * aside + (sx - 1) / 2 * width, y = py(page) + sy * (away + half - 4);
        const box = [x, y - half, x + width, y + half];
        if (box[0] < 2 || box[1] < 2 || box[2] > view.width - 2 || box[3] > view.height - 2) continue;
        if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
        taken.push(box);
        pen.fillText(name, x, y);
        return;
      }
    }
  }

  function names(r) {
    const shown = data.beside.map((_, page) => page).filter((page) => inYears(page));
    const taken = shown.map((page) => [px(page) - r, py(page) - r, px(page) + r, py(page) + r]);
    pen.font = `12px ${getComputedStyle(byId("panel")).fontFamily}`;
    pen.textBaseline = "middle";
    pen.fillStyle = "#1d1c1a";
    shown.forEach((page) => place(page, r, taken));
  }

  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(paint);
  }

  function paint() {
    waiting = false;
    const dense = window.devicePixelRatio || 1;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, view.width, view.height);
    const r = radius();
    for (const faint of [true, false]) {
      layers.forEach((layer) => {
        const out = state.only.size > 0 && !state.only.has(layer.key);
        pen.globalAlpha = faint ? 0.13 : 0.9;
        pen.beginPath();
        layer.pages.forEach((page) => {
          if ((out || !inYears(page)) !== faint) return;
          const x = px(page), y = py(page);
          if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) return;
          dot(x, y, layer.look.small ? 0.8 * r : r, layer.look.mark);
        });
        if (layer.look.hollow) {
          pen.lineWidth = 1;
          pen.strokeStyle = data.grey;
          pen.stroke();
        } else {
          pen.fillStyle = layer.look.colour;
          pen.fill();
        }
      });
    }
    pen.globalAlpha = 1;
    names(r);
    state.hits.forEach((page) => ring(page, r + 4, "#1d1c1a", 1.3));
    if (state.chosen >= 0) {
      data.near[state.chosen].forEach(([page]) => {
        pen.beginPath();
        pen.moveTo(px(state.chosen), py(state.chosen));
        pen.lineTo(px(page), py(page));
        pen.lineWidth = 1;
        pen.strokeStyle = "#1d1c1a88";
        pen.stroke();
      });
      ring(state.chosen, r + 6, "#fdfcf9", 6);
      ring(state.chosen, r + 6, "#1d1c1a", 2.6);
    }
    if (state.hover >= 0 && state.hover !== state.chosen) ring(state.hover, r + 4, "#1d1c1a", 2);
    canvas.dataset.painted = String(Number(canvas.dataset.painted || 0) + 1);
  }

  // -- finding a page near a place: pages by the cells of a grid over the map
  const GRID = 64, cells = new Map();
  const cell = (value) => Math.min(Math.max(Math.floor((value + 1) / 2 * GRID), 0), GRID - 1);
  for (let page = 0; page < total; page += 1) {
    const key = cell(data.x[page]) * GRID + cell(data.y[page]);
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(page);
  }

  function at(x, y) {
    const wx = (x - view.width / 2 - view.x) / size(), wy = -(y - view.height / 2 - view.y) / size(), reach = NEAR / size();
    let best = -1, least = NEAR * NEAR;
    for (let i = cell(wx - reach); i <= cell(wx + reach); i += 1) {
      for (let j = cell(wy - reach); j <= cell(wy + reach); j += 1) {
        (cells.get(i * GRID + j) || []).forEach((page) => {
          const far = (px(page) - x) ** 2 + (py(page) - y) ** 2;
          if (far < least && inYears(page)) { least = far; best = page; }
        });
      }
    }
    return best;
  }

  // -- pictures
  function picture(page) {
    const node = document.createElement("span"), { side, perRow, perSheet, sheets } = data.pictures;
    const sheet = sheets[Math.floor(page / perSheet)];
    if (!sheet || !data.pictures.has[page]) return null;
    const place = page % perSheet;
    node.className = "thumb";
    node.style.width = node.style.height = side + "px";
    node.style.backgroundImage = `url("data:image/jpeg;base64,${sheet}")`;
    node.style.backgroundPosition = `${-(place % perRow) * side}px ${-Math.floor(place / perRow) * side}px`;
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", "small picture of " + data.names[page]);
    return node;
  }

  function tell(parent, tag, content) {
    const node = document.createElement(tag);
    node.textContent = content;
    parent.appendChild(node);
    return node;
  }

  function button(parent, content, act) {
    const node = tell(tell(parent, "li", ""), "button", content);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  function point(page, x, y) {
    if (page !== state.hover) {
      state.hover = page;
      bubble.replaceChildren();
      if (page >= 0) {
        const image = picture(page);
        if (image) bubble.appendChild(image);
        tell(bubble, "strong", data.names[page]);
        const more = [text("place", page), text("date", page)].filter(Boolean).join(", ");
        if (more) tell(bubble, "div", more);
      }
      bubble.hidden = page < 0;
      draw();
    }
    if (page >= 0) {
      const right = x > view.width - bubble.offsetWidth - 24, low = y > view.height - bubble.offsetHeight - 24;
      bubble.style.left = Math.max(right ? x - bubble.offsetWidth - 12 : x + 14, 0) + "px";
      bubble.style.top = Math.max(low ? y - bubble.offsetHeight - 12 : y + 14, 0) + "px";
    }
  }

  function choose(page, centre) {
    state.chosen = page;
    const panel = byId("panel");
    panel.replaceChildren();
    if (page < 0) {
      tell(panel, "h2", "No page chosen");
      tell(panel, "p", "Point at a page to see it, click it to keep it here.");
      draw();
      return;
    }
    tell(panel, "h2", data.names[page]);
    const image = picture(page);
    if (image) panel.appendChild(image);
    const list = tell(panel, "dl", "");
    const years = data.years[page];
    const rows = [...data.shown.map(([field, label]) => [label, text(field, page)]),
      ["years", years ? (years[0] === years[1] ? years[0] : years[0] + "\u2013" + years[1]) : ""], ["digits", data.digits[page]]];
    rows.forEach(([label, value]) => {
      if (value === "") return;
      tell(list, "dt", label);
      tell(list, "dd", String(value));
    });
    if (data.near[page].length) {
      tell(panel, "h2", "Nearest by their digits");
      const near = tell(panel, "ol", "");
      data.near[page].forEach(([other, alike]) => button(near, `${alike.toFixed(3)}  ${data.names[other]}`, () => choose(other, true)));
    }
    if (centre) {
      const x = px(page), y = py(page);
      if (x < 20 || y < 20 || x > view.width - 20 || y > view.height - 20) {
        view.x += view.width / 2 - x;
        view.y += view.height / 2 - y;
      }
    }
    draw();
  }

  // -- moving
  function zoom(factor, x, y) {
    const scale = Math.min(Math.max(view.scale * factor, 0.5), 400), real = scale / view.scale;
    const cx = (x === undefined ? view.width / 2 : x) - view.width / 2, cy = (y === undefined ? view.height / 2 : y) - view.height / 2;
    view.x = cx - (cx - view.x) * real;
    view.y = cy - (cy - view.y) * real;
    view.scale = scale;
    draw();
  }

  function whole() {
    Object.assign(view, { scale: 1, x: 0, y: 0 });
    draw();
  }

  const fingers = new Map();
  let moved = 0;
  const where = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, where(event));
    canvas.setPointerCapture(event.pointerId);
    moved = fingers.size > 1 ? 99 : 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = where(event), before = fingers.get(event.pointerId);
    if (!before) {
      point(at(x, y), x, y);
      return;
    }
    const other = [...fingers.entries()].find(([id]) => id !== event.pointerId);
    if (other) {
      const [ox, oy] = other[1];
      zoom(Math.hypot(x - ox, y - oy) / Math.max(Math.hypot(before[0] - ox, before[1] - oy), 1), (x + ox) / 2, (y + oy) / 2);
    } else {
      moved += Math.abs(x - before[0]) + Math.abs(y - before[1]);
      view.x += x - before[0];
      view.y += y - before[1];
      if (moved > 4) canvas.classList.add("moving");
      point(-1, 0, 0);
      draw();
    }
    fingers.set(event.pointerId, [x, y]);
  });
  const lift = (event) => {
    const was = fingers.delete(event.pointerId);
    canvas.classList.remove("moving");
    if (was && event.type === "pointerup" && moved <= 4) choose(at(...where(event)), false);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => { if (!fingers.size) point(-1, 0, 0); });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...where(event));
  }, { passive: false });

  // The nearest page in a direction, within 45 degrees of it.
  function towards(dx, dy) {
    const own = state.chosen;
    const x = own < 0 ? view.width / 2 : px(own), y = own < 0 ? view.height / 2 : py(own);
    let best = -1, least = Infinity;
    for (let page = 0; page < total; page += 1) {
      if (page === own || !inYears(page)) continue;
      const ax = px(page) - x, ay = py(page) - y, along = ax * dx + ay * dy, aside = Math.abs(ax * dy - ay * dx);
      if (own >= 0 && (along <= 0 || aside > along)) continue;
      const far = Math.hypot(ax, ay) + aside;
      if (far < least) { least = far; best = page; }
    }
    if (best >= 0) choose(best, true);
  }

  canvas.addEventListener("keydown", (event) => {
    const keys = {
      ArrowLeft: () => towards(-1, 0), ArrowRight: () => towards(1, 0), ArrowUp: () => towards(0, -1), ArrowDown: () => towards(0, 1),
      "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: whole, Home: whole,
      Escape: () => { choose(-1); point(-1, 0, 0); },
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  byId("closer").addEventListener("click", () => zoom(1.5));
  byId("further").addEventListener("click", () => zoom(1 / 1.5));
  byId("whole").addEventListener("click", whole);

  // -- legend
  function swatch(look) {
    const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg");
    const shapes = [["circle", { cx: 8, cy: 8, r: 5 }], ["rect", { x: 3.5, y: 3.5, width: 9, height: 9 }], ["path", { d: "M8 2L14 13H2Z" }]];
    const [name, attributes] = shapes[look.mark], shape = document.createElementNS(space, name);
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("aria-hidden", "true");
    for (const key in attributes) shape.setAttribute(key, attributes[key]);
    shape.setAttribute("fill", look.hollow ? "none" : look.colour);
    if (look.hollow) shape.setAttribute("stroke", look.colour);
    svg.appendChild(shape);
    return svg;
  }

  function explain() {
    const legend = byId("legend");
    legend.replaceChildren();
    tell(legend, "h2", byId("field").selectedOptions[0].textContent);
    if (state.field === "year") {
      const bar = tell(legend, "div", ""), ends = tell(legend, "div", "");
      bar.className = "scale";
      bar.style.background = `linear-gradient(to right, ${data.yearColours.join(", ")})`;
      ends.className = "ends";
      data.span.forEach((year) => tell(ends, "span", String(year)));
      const missing = data.years.filter((years) => !years).length;
      if (missing) tell(legend, "p", `hollow: ${missing.toLocaleString("en")} pages without a year`);
      return;
    }
    if (!state.field) return;
    const list = tell(legend, "ul", ""), names = data.fields[state.field].names;
    const order = [...layers].sort((a, b) => (a.key < 0) - (b.key < 0) || a.key - b.key);
    order.forEach((layer) => {
      const other = layer.key >= data.most;
      const name = layer.key < 0 ? data.without[state.field] || "not known" : other ? `${(names.length - data.most).toLocaleString("en")} others` : names[layer.key];
      const node = tell(tell(list, "li", ""), "button", "");
      node.type = "button";
      node.setAttribute("aria-pressed", "false");
      node.appendChild(swatch(layer.look));
      tell(node, "span", name);
      tell(node, "span", layer.pages.length.toLocaleString("en")).className = "count";
      node.addEventListener("click", () => {
        const on = !state.only.has(layer.key);
        if (on) state.only.add(layer.key); else state.only.delete(layer.key);
        node.setAttribute("aria-pressed", String(on));
        draw();
      });
    });
  }

  function recolour() {
    state.field = byId("field").value;
    state.only.clear();
    build();
    explain();
    draw();
  }
  byId("field").addEventListener("change", recolour);

  // -- search and years
  const words = data.names.map((name, page) => [name, ...["book", "title", "authors", "place", "tag"].map((field) => text(field, page))].join("\n").toLowerCase());
  function seek() {
    const wanted = byId("search").value.trim().toLowerCase(), list = byId("hits");
    list.replaceChildren();
    state.hits = [];
    if (wanted) for (let page = 0; page < total; page += 1) if (words[page].includes(wanted)) state.hits.push(page);
    byId("found").textContent = wanted ? `${state.hits.length.toLocaleString("en")} pages` : "";
    state.hits.slice(0, 12).forEach((page) => button(list, data.names[page], () => { choose(page, true); canvas.focus(); }));
    draw();
  }
  byId("search").addEventListener("input", seek);
  ["from", "to"].forEach((id) => {
    if (byId(id)) byId(id).addEventListener("input", () => {
      const value = byId(id).value;
      state[id] = value === "" ? (id === "from" ? -Infinity : Infinity) : Number(value);
      draw();
    });
  });

  function fit() {
    const box = canvas.getBoundingClientRect(), dense = window.devicePixelRatio || 1;
    const before = view.width > 1 ? size() : 0;
    view.width = Math.max(box.width, 1);
    view.height = Math.max(box.height, 1);
    if (before) { view.x *= size() / before; view.y *= size() / before; }
    canvas.width = Math.round(view.width * dense);
    canvas.height = Math.round(view.height * dense);
    draw();
  }
  new ResizeObserver(fit).observe(canvas);
  fit();
  recolour();
  choose(-1);
})();
