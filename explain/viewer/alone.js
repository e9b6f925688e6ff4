// The viewer in a page of its own, with its data beside it.
const frame = document.querySelector("[data-alone]");
frame.hidden = false; // until now a picture stood in its place
const viewer = pairViewer(frame.querySelector(".zij-viewer"), JSON.parse(document.getElementById("pair-data").textContent));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") viewer.select(""); });
