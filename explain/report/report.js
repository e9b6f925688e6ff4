// The report of a pair: the viewer, the address that names what is chosen, and the table that points into it.
(function () {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("pair-data").textContent);
  const viewer = pairViewer(document.querySelector(".zij-viewer"), data, (state) => {
    const plain = location.pathname + location.search;
    const [side, id] = [state.selected[0], state.selected.slice(2)];
    history.replaceState(null, "", id ? `#${side}:${encodeURIComponent(id)}` : plain);
  });

  // An address that ends in #a:ELEMENT opens the report with that element chosen.
  function fromAddress() {
    const side = location.hash[1] === "b" ? "b" : "a", id = location.hash.slice(3);
    const region = data[side].regions.find((known) => encodeURIComponent(known[6]) === id);
    if (region) viewer.select(side + ":" + region[6]);
  }

  byId("strongest")?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    viewer.select("a:" + data.a.regions[data.pairs[Number(button.dataset.pair)][0]][6]);
    byId("stage").scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") viewer.select(""); });
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
