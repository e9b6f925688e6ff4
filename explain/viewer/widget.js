// The viewer in a notebook: what is chosen goes to Python, what Python sets is shown.
const KEPT = ["threshold", "corresponding", "selected"];

function render({ model, el }) {
  el.innerHTML = model.get("markup"); // written by zij, with every text escaped
  const wanted = () => Object.fromEntries(KEPT.map((name) => [name, model.get(name)]));
  let telling = false; // while one value is set, the others are still the old ones
  const viewer = pairViewer(el.firstElementChild, model.get("data"), (state) => {
    telling = true;
    KEPT.forEach((name) => { if (model.get(name) !== state[name]) model.set(name, state[name]); });
    telling = false;
    model.save_changes();
  });
  const follow = () => {
    const state = viewer.state();
    if (!telling && KEPT.some((name) => model.get(name) !== state[name])) viewer.set(wanted());
  };
  viewer.set(wanted());
  KEPT.forEach((name) => model.on("change:" + name, follow));
  return () => KEPT.forEach((name) => model.off("change:" + name, follow));
}

export default { render };
