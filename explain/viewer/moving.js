// Moving about in an SVG: drag, wheel, two fingers, buttons, keys. `told(zoom)` hears of every change.
function movable(svg, told) {
  const CLOSEST = 16, STEP = 1.25, SLACK = 4; // largest zoom; of a button; pixels before a press is a drag
  const [left, top, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const touches = new Map();
  let x = left, y = top, zoom = 1, dragged = false, from = null;

  const within = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

  function place(newX, newY, newZoom) {
    zoom = within(newZoom, 1, CLOSEST);
    x = within(newX, left, left + width - width / zoom);
    y = within(newY, top, top + height - height / zoom);
    svg.setAttribute("viewBox", [x, y, width / zoom, height / zoom].map((value) => +value.toFixed(3)).join(" "));
    svg.classList.toggle("near", zoom > 1.001);
    measure();
    told(zoom);
  }

  // How long a pixel of the window is, in the SVG's own units: names stay legible at every size.
  function measure() {
    const matrix = svg.getScreenCTM();
    if (matrix && matrix.a) svg.style.setProperty("--pixel", (1 / matrix.a).toFixed(4));
  }

  // A point of the window in the SVG's own units.
  function inside(clientX, clientY) {
    return new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
  }

  // Comes nearer; what is at `point` comes to where `to` is, or stays.
  function zoomBy(factor, point, to) {
    const at = point || { x: x + width / zoom / 2, y: y + height / zoom / 2 }, there = to || at;
    const share = zoom / within(zoom * factor, 1, CLOSEST);
    place(at.x - (there.x - x) * share, at.y - (there.y - y) * share, zoom / share);
  }

  const moveBy = (dx, dy) => place(x + dx / zoom, y + dy / zoom, zoom);
  const fit = () => place(left, top, 1);

  // Brings a box into view, if it is not there.
  function reveal([bx, by, bw, bh]) {
    const w = width / zoom, h = height / zoom;
    const there = bx >= x && by >= y && bx + bw <= x + w && by + bh <= y + h;
    if (!there) place(bx + bw / 2 - w / 2, by + bh / 2 - h / 2, zoom);
  }

  const awake = () => svg.parentNode.contains(svg.getRootNode().activeElement);

  // A wheel over pages that nobody has turned to scrolls what they stand in.
  function wheel(event) {
    const closer = event.deltaY < 0;
    if (!event.ctrlKey && !event.metaKey && !awake()) { told(zoom, true); return; }
    if (!closer && zoom === 1 && !event.ctrlKey) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode ? 30 : 1);
    zoomBy(Math.exp(-within(pixels, -240, 240) * (event.ctrlKey ? 0.008 : 0.0025)), inside(event.clientX, event.clientY));
  }

  function down(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    touches.set(event.pointerId, [event.clientX, event.clientY]);
    dragged = touches.size > 1;
    from = [event.clientX, event.clientY];
  }

  // Middle of all fingers, and how far the first two are apart.
  function grip() {
    const points = [...touches.values()];
    const mean = (k) => points.reduce((sum, point) => sum + point[k], 0) / points.length;
    const apart = points.length > 1 ? Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]) : 0;
    return { x: mean(0), y: mean(1), apart };
  }

  function move(event) {
    if (!touches.has(event.pointerId)) return;
    if (event.pointerType === "mouse" && !event.buttons) { up(event); return; }
    if (!dragged && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < SLACK) return;
    if (!dragged && zoom > 1) svg.setPointerCapture(event.pointerId); // only now: a click keeps its target
    dragged = true;
    const before = grip();
    touches.set(event.pointerId, [event.clientX, event.clientY]);
    const after = grip(), pinched = before.apart && after.apart;
    zoomBy(pinched ? after.apart / before.apart : 1, inside(before.x, before.y), inside(after.x, after.y));
    svg.classList.toggle("held", zoom > 1);
  }

  function up(event) {
    touches.delete(event.pointerId);
    if (!touches.size) svg.classList.remove("held");
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = 0.12 * width;
    const step = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }[event.key];
    if (step && (event.target === svg || event.shiftKey)) moveBy(...step);
    else if (event.key === "+" || event.key === "=") zoomBy(STEP);
    else if (event.key === "-" || event.key === "_") zoomBy(1 / STEP);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
  }

  new ResizeObserver(measure).observe(svg);
  svg.addEventListener("wheel", wheel, { passive: false });
  svg.addEventListener("pointerdown", down);
  svg.addEventListener("pointermove", move);
  svg.addEventListener("pointerup", up);
  svg.addEventListener("pointercancel", up);
  svg.addEventListener("keydown", key);
  return {
    fit, reveal,
    closer: () => zoomBy(STEP),
    further: () => zoomBy(1 / STEP),
    held: () => touches.size > 0 && dragged,
    dragged: () => dragged,
  };
}
