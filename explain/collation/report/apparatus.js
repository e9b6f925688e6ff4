"use strict";
(() => {
  const data = JSON.parse(document.getElementById("places").textContent);
  const panel = document.getElementById("panel");
  const kind = document.getElementById("kind");
  const shown = document.getElementById("shown");
  const boxes = [...document.querySelectorAll("input[name=status]")];
  const buttons = [...document.querySelectorAll(".collated button")];
  const lines = [...document.querySelectorAll("#list tbody tr")];
  const words = { variant: "differ", uncertain: "uncertain", only: "not in all witnesses", agree: "agree" };
  let chosen = null;

  const make = (tag, text, name) => {
    const node = document.createElement(tag);
    if (text !== undefined && text !== null) node.textContent = text;
    if (name) node.className = name;
    return node;
  };
  const wanted = (status, kinds, shared) =>
    boxes.some((box) => box.checked && (box.value === status || (shared && box.value === "shared"))) &&
    (!kind || !kind.value || kinds.split("; ").includes(kind.value));
  const open = () => buttons.filter((button) => !button.classList.contains("quieted"));

  function filter() {
    for (const button of buttons) {
      const place = data.places[button.id.slice(1)];
      const keep = wanted(place.status, button.dataset.kind || "", place.shared);
      button.classList.toggle("quieted", !keep);
      button.tabIndex = keep ? 0 : -1;
    }
    for (const line of lines) line.hidden = !wanted(line.dataset.status, line.dataset.kind || "", false);
    const count = open().length;
    shown.textContent = `${count} ${count === 1 ? "place" : "places"} shown`;
  }

  function looks(number, entry) {
    const [, , , [page, hasPage, ratio], mark, cut] = entry;
    const row = make("div", null, "looks");
    if (cut) {
      const crop = make("div", null, `crop w${number}`);
      crop.style.width = `${cut[2]}px`;
      crop.style.height = `${cut[3]}px`;
      crop.style.backgroundPosition = `-${cut[0]}px -${cut[1]}px`;
      row.append(crop);
    }
    const leaf = make("div", null, `leaf${hasPage ? ` w${number}p${page}` : ""}`);
    leaf.style.aspectRatio = String(ratio);
    const spot = make("i");
    ["left", "top", "width", "height"].forEach((side, k) => { spot.style[side] = `${mark[k] / 10}%`; });
    leaf.append(spot);
    row.append(leaf);
    return row;
  }

  function figure(number, entry) {
    const witness = data.witnesses[number];
    const whole = make("figure", null, "entry");
    if (entry) whole.append(looks(number, entry));
    const caption = make("figcaption");
    caption.append(make("b", witness.siglum));
    if (witness.date) caption.append(` (${witness.date})`);
    const page = entry ? `, ${witness.pages[entry[3][0]]}` : "";
    const state = !entry ? "has no such place" :
      entry[6] === "human" ? `corrected by a person${page}` :
      entry[1] === "empty" ? `empty${page}` :
      entry[1] === "unread" ? `not read${page}` : `read with probability ${entry[2].toFixed(2)}${page}`;
    caption.append(make("br"), make("small", state));
    whole.append(caption);
    return whole;
  }

  function verdict(weights) {
    const list = make("div", null, "verdict");
    ["misread from the scan", "printer's or copyist's error", "error of computation"].forEach((name, k) => {
      const meter = make("meter");
      meter.value = weights[k];
      meter.setAttribute("aria-label", name);
      list.append(make("span", name), meter, make("span", weights[k].toFixed(2)));
    });
    return list;
  }

  function show(number, focus) {
    const place = data.places[number];
    if (!place) return;
    if (chosen) chosen.classList.remove("chosen");
    chosen = document.getElementById(`p${number}`);
    if (chosen) {
      chosen.classList.add("chosen");
      if (focus) {
        chosen.focus({ preventScroll: true });
        chosen.scrollIntoView({ block: "center", inline: "nearest" });
      }
    }
    const parts = [make("h2", place.words)];
    const status = make("p", null, "why");
    status.append(make("span", null, `swatch ${place.status}`), words[place.status] + (place.kind ? `: ${place.kind}` : ""));
    if (place.why) status.append(make("br"), place.why);
    if (place.shared) status.append(make("br"), make("span", null, "swatch shared"), `shared error: ${place.shared}`);
    parts.push(status);
    if (place.verdict) parts.push(verdict(place.verdict));
    const done = new Set();
    for (const group of place.groups) {
      const block = make("div", null, "group");
      const head = make("h3", place.entries[group[0]][0]);
      head.append(" ", make("small", group.map((n) => data.witnesses[n].siglum).join(" ")));
      block.append(head);
      for (const n of group) { block.append(figure(n, place.entries[n])); done.add(n); }
      parts.push(block);
    }
    const rest = place.entries.map((_, n) => n).filter((n) => !done.has(n));
    if (rest.length) {
      const block = make("div", null, "group");
      block.append(make("h3", "no figures"));
      for (const n of rest) block.append(figure(n, place.entries[n]));
      parts.push(block);
    }
    panel.replaceChildren(...parts);
    panel.scrollTop = 0;
  }

  function step(by) {
    const all = open();
    if (!all.length) return;
    const at = chosen ? all.indexOf(chosen) : -1;
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length;
    show(all[next].id.slice(1), true);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".collated button");
    const link = event.target.closest("a.go");
    if (button) show(button.id.slice(1), false);
    if (link) { event.preventDefault(); show(link.dataset.place, true); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key !== "Escape" && event.target.closest("select")) return;
    if (event.key === "ArrowRight") { event.preventDefault(); step(1); }
    if (event.key === "ArrowLeft") { event.preventDefault(); step(-1); }
    if (event.key === "Escape" && chosen) {
      chosen.classList.remove("chosen");
      chosen = null;
      panel.replaceChildren(make("p", "Click a marked cell to see it in all witnesses.", "hint"));
    }
  });
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  for (const box of boxes) box.addEventListener("change", filter);
  if (kind) kind.addEventListener("change", filter);
  filter();
})();
